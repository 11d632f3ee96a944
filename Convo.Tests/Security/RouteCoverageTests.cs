using System.Net;
using Convo.Tests.Fixtures;
using Microsoft.AspNetCore.Authorization;

namespace Convo.Tests.Security;

/// <summary>No route and no table is forgotten by the tests of this folder.</summary>
public sealed class RouteCoverageTests
{
    [Fact]
    public async Task EveryMappedRoute_IsInTheTable()
    {
        var app = await ConvoApp.SharedAsync();

        var unknown = MappedRoutes.All(app).Where(route => !RouteTable.Rules.ContainsKey(route.Name)).Select(route => route.Name).ToList();

        Assert.True(unknown.Count == 0, $"Say in {nameof(RouteTable)} who may use:\n{string.Join('\n', unknown)}");
    }

    [Fact]
    public async Task EveryRouteWithAnId_IsOwnedOrAdministration()
    {
        var app = await ConvoApp.SharedAsync();

        var open = MappedRoutes.Of(app)
            .Where(route => route.Pattern.Contains("id", StringComparison.OrdinalIgnoreCase) && route.Pattern.Contains(":guid}", StringComparison.Ordinal))
            .Where(route => RouteTable.Rules.GetValueOrDefault(route.Name)?.Access is not (RouteAccess.Owned or RouteAccess.Admin))
            .Select(route => route.Name);

        Assert.Empty(open);
    }

    [Fact]
    public async Task PublicAndAdministration_AreMarkedSoInTheCodeToo()
    {
        var app = await ConvoApp.SharedAsync();
        foreach (var route in MappedRoutes.Of(app))
        {
            var rule = RouteTable.Rules[route.Name];
            Assert.True(rule.Access is RouteAccess.Public == route.IsAnonymous || route.Pattern == "/metrics", $"{route.Name}: anonymous is {route.IsAnonymous}");
            var forAdmins = route.Endpoint.Metadata.GetOrderedMetadata<IAuthorizeData>().Any(data => data.Policy == "admin");
            Assert.True(rule.Access is RouteAccess.Admin == forAdmins, $"{route.Name}: for administrators is {forAdmins}");
        }
    }

    [Fact]
    public async Task EveryClosedRoute_WithoutACredential_Is401()
    {
        var app = await ConvoApp.SharedAsync();
        var victim = await Victim.CreateAsync(app);
        using var nobody = app.CreateAnonymousClient();
        foreach (var route in MappedRoutes.Of(app).Where(route => RouteTable.Rules[route.Name].Access is not RouteAccess.Public))
        {
            var rule = RouteTable.Rules[route.Name];
            using var response = await nobody.SendAsync(
                Requests.Of(route.Method, victim.Fill(rule.Path ?? route.Pattern), rule.Body), TestContext.Current.CancellationToken);
            // A form leads its sender to the sign-in page; a program gets the status.
            var refused = response.StatusCode is HttpStatusCode.Unauthorized
                || (route.Pattern.StartsWith("/account", StringComparison.Ordinal) && response.Headers.Location?.ToString().Contains("/sign-in", StringComparison.Ordinal) == true);
            Assert.True(refused, $"{route.Name}: {(int)response.StatusCode}");
        }
    }

    [Fact]
    public async Task EveryTable_IsSomebodysOrKnownToBeShared()
    {
        var app = await ConvoApp.SharedAsync();

        var tables = await app.Database.Db.QueryAsync<string>(
            "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'qrtz%' ORDER BY 1", null, TestContext.Current.CancellationToken);

        Assert.DoesNotContain(tables, table => !OwnedTables.Conditions.ContainsKey(table) && !OwnedTables.Shared.Contains(table));
    }
}
