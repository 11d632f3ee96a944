using Convo.Tests.Fixtures;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Endpoints;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Convo.Tests.Security;

/// <param name="Name">Method and pattern, as <see cref="RouteTable"/> spells them.</param>
internal sealed record MappedRoute(string Name, string Method, string Pattern, RouteEndpoint Endpoint)
{
    public bool IsAnonymous => Endpoint.Metadata.GetMetadata<IAllowAnonymous>() is not null;
}

/// <summary>What the running Convo answers, read from its own endpoint data sources.</summary>
internal static class MappedRoutes
{
    /// <summary>Everything but pages, their static files and the hub, which other tests walk.</summary>
    /// <remarks>Only what the table knows: one test says what is missing there, and the others go on without it.</remarks>
    public static IReadOnlyList<MappedRoute> Of(ConvoApp app) => [.. All(app).Where(route => RouteTable.Rules.ContainsKey(route.Name))];

    public static IReadOnlyList<MappedRoute> All(ConvoApp app) =>
    [
        .. app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .Where(endpoint => endpoint.Metadata.GetMetadata<ComponentTypeMetadata>() is null)
            .SelectMany(endpoint => (endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? ["*"]).Select(method => Route(method, endpoint)))
            .Where(route => Roots.Any(root => route.Pattern.StartsWith(root, StringComparison.OrdinalIgnoreCase)))
            .DistinctBy(route => route.Name),
    ];

    private static readonly string[] Roots = ["/api", "/v1", "/account", "/metrics", "/health", "/openapi"];

    private static MappedRoute Route(string method, RouteEndpoint endpoint)
    {
        var pattern = "/" + endpoint.RoutePattern.RawText!.Trim('/');
        // prometheus-net answers every method.
        return new MappedRoute($"{(method == "*" ? "GET" : method)} {pattern}", method == "*" ? "GET" : method, pattern, endpoint);
    }
}
