using Convo.Core.Accounts;
using Convo.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Convo.Tests.Security;

/// <summary>A GET may be sent by an image in an answer, so none of them changes anything.</summary>
public sealed class ReadingChangesNothingTests
{
    [Fact]
    public async Task EveryGet_OfMemberAndAdministrator_LeavesEveryTableAsItWas()
    {
        // The clock stands still: last-seen times are the one thing that reading writes, once a minute.
        var time = new FakeTimeProvider(TimeProvider.System.GetUtcNow());
        await using var app = await ConvoApp.StartAsync(new() { Services = services => services.AddSingleton<TimeProvider>(time) });
        var victim = await Victim.CreateAsync(app);
        using var member = await app.SignInBrowserClientAsync(victim.User);
        using var admin = await app.SignInBrowserClientAsync(app.Admin);
        // The running turn's events do not end by themselves.
        await app.Database.Db.ExecuteAsync(
            "UPDATE conversation_messages SET status = 'stopped', lease_until = NULL WHERE id = @Id", new { Id = victim["running"] }, TestContext.Current.CancellationToken);
        using var warm = await member.GetAsync("/api/convo/me", TestContext.Current.CancellationToken);
        using var warmAdmin = await admin.GetAsync("/api/convo/me", TestContext.Current.CancellationToken);
        var before = await FingerprintAsync(app);

        foreach (var route in MappedRoutes.Of(app).Where(route => route.Method == "GET" && !route.Pattern.StartsWith("/account/provider", StringComparison.Ordinal)))
        {
            var rule = RouteTable.Rules[route.Name];
            var client = rule.Access is RouteAccess.Admin ? admin : member;
            using var response = await client.GetAsync(victim.Fill(rule.Path ?? route.Pattern), TestContext.Current.CancellationToken);
            Assert.True((int)response.StatusCode < 500, $"{route.Name}: {(int)response.StatusCode}");
        }

        Assert.Equal(before, await FingerprintAsync(app));
    }

    private static async Task<string> FingerprintAsync(ConvoApp app)
    {
        var tables = await app.Database.Db.QueryAsync<string>(
            "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'qrtz%' ORDER BY 1", null, TestContext.Current.CancellationToken);
        var parts = new List<string>();
        foreach (var table in tables)
        {
            parts.Add(table + " " + await app.Database.Db.ScalarAsync<string>(
                $"SELECT count(*) || ' ' || md5(coalesce(string_agg(to_jsonb(x)::text, '|' ORDER BY to_jsonb(x)::text), '')) FROM {table} x",
                null, TestContext.Current.CancellationToken));
        }

        return string.Join('\n', parts);
    }
}
