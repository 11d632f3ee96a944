using Convo.Core.Accounts;
using Convo.Core.Shared;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;

namespace Convo.Web.Hosting;

/// <summary>
/// Before Convo listens: creates the administrator that the settings name. Once it listens: prints a one-time link when there is none.
/// The link goes to the terminal and not through the logger, whose lines are kept.
/// </summary>
internal sealed class FirstAdminStartup(IFirstAdminProvisioning provisioning, ISetupService setup, PublicUrl url) : IHostedLifecycleService
{
    public Task StartAsync(CancellationToken cancellationToken) => provisioning.EnsureAsync(cancellationToken);

    public async Task StartedAsync(CancellationToken cancellationToken)
    {
        if (await setup.CreateSetupTokenAsync(cancellationToken) is { } token)
        {
            await Console.Out.WriteLineAsync(SetupLink.Block(url.Get(), token));
        }
    }

    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}

/// <summary>The address that people open: CONVO_PUBLIC_URL, else where the server listens. Never the Host header, which anyone can send.</summary>
public sealed class PublicUrl(IConfiguration configuration, IServer server)
{
    public const string Key = "CONVO_PUBLIC_URL";

    /// <summary>Without a slash at the end.</summary>
    public string Get()
    {
        var setting = configuration[Key];
        var address = string.IsNullOrWhiteSpace(setting)
            ? server.Features.Get<IServerAddressesFeature>()?.Addresses.FirstOrDefault()
                ?? configuration[WebHostDefaults.ServerUrlsKey]?.Split(';')[0]
                ?? "http://localhost:5080"
            : setting.Trim();
        // "Every address" is one to listen on, not one to open.
        foreach (var wildcard in (string[])["0.0.0.0", "[::]", "+", "*"])
        {
            address = address.Replace($"://{wildcard}", "://localhost", StringComparison.Ordinal);
        }

        return address.TrimEnd('/');
    }
}

/// <summary>One-time links as people get them.</summary>
internal static class SetupLink
{
    public static string Of(string publicUrl, string token) => $"{publicUrl}/setup?token={token}";

    public static string Block(string publicUrl, string token) => $"""

          Convo is running on {publicUrl}
          Open this link to become its first administrator. It works once, for 24 hours:

          {Of(publicUrl, token)}

        """;

    /// <summary><c>Convo.Web setup-link</c>: a new link when the printed one was lost.</summary>
    /// <exception cref="ConvoStartupException">There is an administrator.</exception>
    public static async Task PrintAsync(IServiceProvider services)
    {
        var token = await services.GetRequiredService<ISetupService>().CreateSetupTokenAsync(CancellationToken.None)
            ?? throw new ConvoStartupException("There is an administrator already, so no set-up link is made. Sign in, or ask them for a link.");
        await Console.Out.WriteLineAsync(Of(services.GetRequiredService<PublicUrl>().Get(), token));
    }
}
