using System.Net;
using Convo.Core.Shared;
using Microsoft.AspNetCore.Builder;
using Headers = Microsoft.AspNetCore.HttpOverrides.ForwardedHeaders;
using IPNetwork = System.Net.IPNetwork;

namespace Convo.Web.Hosting;

/// <summary>
/// What a reverse proxy says about the client is believed only from the addresses in CONVO_TRUSTED_PROXIES: anyone else could choose the
/// address that limits are counted by.
/// </summary>
public static class ForwardedHeaders
{
    public const string TrustedProxiesKey = "CONVO_TRUSTED_PROXIES";

    /// <exception cref="ConvoStartupException">An entry is neither an address nor a network.</exception>
    public static IServiceCollection AddConvoForwardedHeaders(this IServiceCollection services, IConfiguration configuration)
    {
        var networks = Parse(configuration[TrustedProxiesKey]);
        return services.Configure<ForwardedHeadersOptions>(options =>
        {
            options.ForwardedHeaders = networks.Count == 0
                ? Headers.None
                : Headers.XForwardedFor | Headers.XForwardedProto;
            // The framework trusts loopback by itself; whoever wants that lists 127.0.0.1.
            options.KnownProxies.Clear();
            options.KnownIPNetworks.Clear();
            foreach (var network in networks)
            {
                options.KnownIPNetworks.Add(network);
            }
        });
    }

    public static IApplicationBuilder UseConvoForwardedHeaders(this IApplicationBuilder app) => app.UseForwardedHeaders();

    private static List<IPNetwork> Parse(string? setting) =>
    [
        .. (setting ?? "").Split([',', ' '], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(entry =>
            IPNetwork.TryParse(entry, out var network) ? network
            : IPAddress.TryParse(entry, out var address) ? new IPNetwork(address, address.GetAddressBytes().Length * 8)
            : throw new ConvoStartupException($"{TrustedProxiesKey} has '{entry}', which is neither an address nor a network. Write addresses like 10.0.0.5 or 10.0.0.0/8, separated by commas.")),
    ];
}
