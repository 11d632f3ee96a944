using System.Data.Common;
using Convo.Core.Shared;
using Convo.Data.Embedded;
using Npgsql;

namespace Convo.Data.Connections;

/// <summary>
/// Reads DATABASE_URL: a libpq URI (<c>postgresql://user:password@host:5432/name?sslmode=require</c>, see PostgreSQL's manual §34.1.1.2; a
/// driver such as <c>postgresql+asyncpg</c> is accepted and ignored) or Npgsql's <c>Host=…;Database=…</c>. Messages never repeat a value.
/// </summary>
internal static class DatabaseUrl
{
    private const string Key = ConvoDataOptions.DatabaseUrlKey;
    private const string Allowed = "Allowed: postgresql://user:password@host:5432/database?sslmode=require, or Host=…;Username=…;Password=…;Database=….";

    /// <summary>libpq's parameter names where Npgsql's differ.</summary>
    private static readonly Dictionary<string, string> LibpqNames = new(StringComparer.OrdinalIgnoreCase)
    {
        ["sslmode"] = "SSL Mode",
        ["sslrootcert"] = "Root Certificate",
        ["sslcert"] = "SSL Certificate",
        ["sslkey"] = "SSL Key",
        ["sslpassword"] = "SSL Password",
        ["connect_timeout"] = "Timeout",
        ["application_name"] = "Application Name",
        ["target_session_attrs"] = "Target Session Attributes",
        ["channel_binding"] = "Channel Binding",
        ["dbname"] = "Database",
        ["user"] = "Username",
    };

    /// <returns>The same in Npgsql's form.</returns>
    /// <exception cref="ConvoStartupException">It cannot be right.</exception>
    public static string Parse(string text)
    {
        var settings = ConnectionUrl.TryParse(text, out var url) ? FromUrl(url) : FromPairs(text);
        if (string.IsNullOrWhiteSpace(settings.Host))
        {
            throw Wrong("it names no host");
        }

        if (string.IsNullOrWhiteSpace(settings.Database))
        {
            throw Wrong("it names no database");
        }

        return settings.ConnectionString;
    }

    private static NpgsqlConnectionStringBuilder FromUrl(ConnectionUrl url)
    {
        var scheme = url.Scheme.Split('+')[0];
        if (scheme is not ("postgresql" or "postgres"))
        {
            throw Wrong($"the scheme '{url.Scheme}' is not PostgreSQL's");
        }

        var settings = new NpgsqlConnectionStringBuilder { Host = url.Hosts, Username = url.User, Password = url.Password, Database = url.Path };
        // Several hosts keep their ports beside them; an IPv6 address ends with a bracket, not with a port.
        var colon = url.Hosts.LastIndexOf(':');
        if (colon >= 0 && !url.Hosts.EndsWith(']') && !url.Hosts.Contains(',', StringComparison.Ordinal))
        {
            var port = url.Hosts[(colon + 1)..];
            settings.Host = url.Hosts[..colon];
            settings.Port = ConnectionUrl.PortOf(port) ?? throw Wrong($"'{port}' is not a port (1 to 65535)");
        }

        foreach (var (name, value) in url.Query)
        {
            // libpq writes verify-full, Npgsql VerifyFull.
            Set(settings, LibpqNames.GetValueOrDefault(name, name), name, name == "sslmode" ? value.Replace("-", "", StringComparison.Ordinal) : value);
        }

        return settings;
    }

    private static NpgsqlConnectionStringBuilder FromPairs(string text)
    {
        var pairs = new DbConnectionStringBuilder();
        try
        {
            pairs.ConnectionString = text;
        }
        catch (ArgumentException)
        {
            // The exception quotes a part of the text, which may be the password.
            throw Wrong("it is neither a URL nor a list of name=value settings");
        }

        var settings = new NpgsqlConnectionStringBuilder();
        foreach (string name in pairs.Keys)
        {
            Set(settings, name, name, (string)pairs[name]);
        }

        return settings;
    }

    private static void Set(NpgsqlConnectionStringBuilder settings, string keyword, string shown, string value)
    {
        try
        {
            settings[keyword] = value;
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidCastException or OverflowException)
        {
            throw settings.ContainsKey(keyword) || LibpqNames.ContainsKey(shown)
                ? Wrong($"the value of '{shown}' is not one that it can have")
                : Wrong("it has a setting that Npgsql does not know (a password with ';' or '&' in it must be quoted or percent-encoded)");
        }
    }

    private static ConvoStartupException Wrong(string fault) => new($"{Key} cannot be used: {fault}. {Allowed}");
}
