using System.Globalization;
using Convo.Core.Shared;
using Convo.Data.Embedded;
using StackExchange.Redis;

namespace Convo.Data.Connections;

/// <summary>
/// Reads REDIS_URL: <c>redis://user:password@host:6379/0</c> (<c>rediss</c> with TLS; IANA's provisional "redis" scheme) or
/// StackExchange.Redis's <c>host:6379,password=…</c>. Messages never repeat a value.
/// </summary>
internal static class RedisUrl
{
    private const string Key = ConvoDataOptions.RedisUrlKey;
    private const string Allowed = "Allowed: redis://user:password@host:6379/0, rediss://… for TLS, or host:6379,password=…,ssl=true.";

    /// <returns>The same in StackExchange.Redis's form.</returns>
    /// <exception cref="ConvoStartupException">It cannot be right.</exception>
    public static string Parse(string text)
    {
        var options = ConnectionUrl.TryParse(text, out var url) ? FromUrl(url) : FromList(text);
        return options.EndPoints.Count == 0 ? throw Wrong("it names no host") : options.ToString(includePassword: true);
    }

    /// <summary>
    /// Connection settings under which an absent Redis answers in a second at most: Convo decides without it (closed for money, open for
    /// reading), and a queue of commands waiting for its return would only delay that.
    /// </summary>
    public static ConfigurationOptions Options(string connectionString)
    {
        var options = ConfigurationOptions.Parse(connectionString);
        options.ClientName = "convo";
        options.AbortOnConnectFail = false;
        options.ConnectTimeout = 2000;
        options.ConnectRetry = 1;
        options.SyncTimeout = 1000;
        options.AsyncTimeout = 1000;
        options.BacklogPolicy = BacklogPolicy.FailFast;
        options.ReconnectRetryPolicy = new ExponentialRetry(250, 2000);
        return options;
    }

    private static ConfigurationOptions FromUrl(ConnectionUrl url)
    {
        if (url.Scheme is not ("redis" or "rediss"))
        {
            throw Wrong($"the scheme '{url.Scheme}' is not Redis's");
        }

        if (url.Query.Count > 0)
        {
            throw Wrong("it has settings after '?', which are not read");
        }

        var options = new ConfigurationOptions { Ssl = url.Scheme == "rediss", User = url.User, Password = url.Password };
        foreach (var host in url.Hosts.Split(',', StringSplitOptions.RemoveEmptyEntries))
        {
            var colon = host.LastIndexOf(':');
            var port = colon < 0 || host.EndsWith(']') ? 6379 : ConnectionUrl.PortOf(host[(colon + 1)..]) ?? throw Wrong($"'{host[(colon + 1)..]}' is not a port (1 to 65535)");
            options.EndPoints.Add((colon < 0 || host.EndsWith(']') ? host : host[..colon]).Trim('[', ']'), port);
        }

        if (url.Path.Length > 0)
        {
            options.DefaultDatabase = int.TryParse(url.Path, NumberStyles.None, CultureInfo.InvariantCulture, out var database)
                ? database
                : throw Wrong("what follows the host is not the number of a database");
        }

        return options;
    }

    private static ConfigurationOptions FromList(string text)
    {
        try
        {
            return ConfigurationOptions.Parse(text, ignoreUnknown: false);
        }
        catch (Exception e) when (e is ArgumentException or FormatException)
        {
            // The exception quotes a part of the text, which may be the password.
            throw Wrong("it is neither a URL nor a list that StackExchange.Redis reads");
        }
    }

    private static ConvoStartupException Wrong(string fault) => new($"{Key} cannot be used: {fault}. {Allowed}");
}
