using System.Net;
using System.Text.Json.Nodes;
using Convo.Core.Accounts;
using Convo.Tests.Fixtures;

namespace Convo.Tests.Security;

/// <summary>Members that are the server's to set, sent by a client to every route that takes a body: ignored or refused, never stored.</summary>
public sealed class MassAssignmentTests
{
    private static readonly Guid Foreign = Guid.CreateVersion7(DateTimeOffset.UnixEpoch);

    [Fact]
    public async Task EveryBody_WithTheServersOwnMembers_StoresNoneOfThem()
    {
        await using var app = await ConvoApp.StartAsync();
        var victim = await Victim.CreateAsync(app);
        var attacker = await app.CreateUserAsync();
        using var client = app.CreateClient(attacker);
        var before = await victim.FingerprintAsync();
        foreach (var route in MappedRoutes.Of(app))
        {
            if (RouteTable.Rules[route.Name] is { Access: RouteAccess.Own or RouteAccess.Owned, Body: { } body } rule)
            {
                using var response = await client.SendAsync(
                    Requests.Of(route.Method, victim.Fill(rule.Path ?? route.Pattern), With(victim, victim.Fill(body))), TestContext.Current.CancellationToken);
                Assert.True((int)response.StatusCode is < 500, $"{route.Name}: {(int)response.StatusCode}");
            }
        }

        Assert.Equal(before, await victim.FingerprintAsync());
        var me = await app.Database.Db.QuerySingleOrDefaultAsync<string>(
            "SELECT role || disabled_at::text FROM users WHERE id = @Id AND (role <> 'member' OR is_first_admin OR email <> @Email)",
            new { attacker.Id, attacker.Email }, TestContext.Current.CancellationToken);
        Assert.Null(me);
        foreach (var table in new[] { "conversation_threads", "conversation_messages", "api_keys", "collections", "attachments", "users", "teams" })
        {
            Assert.Equal(0, await app.Database.Db.ScalarAsync<long>(
                $"SELECT count(*) FROM {table} WHERE id = @Foreign OR created_at < '2001-01-01'", new { Foreign }, TestContext.Current.CancellationToken));
        }

        Assert.Equal(0, await app.Database.Db.ScalarAsync<long>(
            "SELECT count(*) FROM conversation_messages m JOIN conversation_threads t ON t.id = m.thread_id WHERE t.owner_id = @Id AND (m.edited_by_admin OR m.cost = 77 OR m.role = 'system')",
            new { attacker.Id }, TestContext.Current.CancellationToken));
        Assert.Equal(0, await app.Database.Db.ScalarAsync<long>("SELECT count(*) FROM budgets", null, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Me_WithTheServersOwnMembersInTheQuery_IsStillMe()
    {
        var app = await ConvoApp.SharedAsync();
        var user = await app.CreateUserAsync();
        var other = await app.CreateUserAsync();
        using var client = app.CreateClient(user);
        foreach (var flag in new[] { "bypass_filter=true", "internal=1", $"userId={other.Id}", $"user_id={other.Id}", $"owner_id={other.Id}", "role=admin", "isAdmin=true", "admin=1" })
        {
            using var me = await client.GetAsync("/api/convo/me?" + flag, TestContext.Current.CancellationToken);
            Assert.Equal(user.Id, (await me.JsonAsync()).GetProperty("id").GetGuid());
            using var threads = await client.GetAsync("/api/convo/threads?" + flag, TestContext.Current.CancellationToken);
            Assert.Empty((await threads.JsonAsync()).GetProperty("items").EnumerateArray());
            using var users = await client.GetAsync("/api/convo/admin/users?" + flag, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.Forbidden, users.StatusCode);
        }
    }

    private static string With(Victim victim, string body)
    {
        var json = JsonNode.Parse(body)!.AsObject();
        var names = new Dictionary<string, JsonNode?>
        {
            ["id"] = Foreign, ["user_id"] = victim.User.Id, ["userId"] = victim.User.Id, ["owner_id"] = victim.User.Id, ["ownerId"] = victim.User.Id,
            ["role"] = "admin", ["isAdmin"] = true, ["is_admin"] = true, ["is_first_admin"] = true, ["dailyTokenBudget"] = 1_000_000_000, ["token_limit"] = 1_000_000_000,
            ["created_at"] = "2000-01-01T00:00:00Z", ["createdAt"] = "2000-01-01T00:00:00Z", ["edited_by_admin"] = true, ["status"] = "complete",
            ["cost"] = 77, ["usage"] = new JsonObject { ["cost"] = "77" }, ["turn_id"] = Foreign, ["html"] = "<b>x</b>", ["embeds"] = new JsonArray("x"), ["sources"] = new JsonArray("x"),
        };
        foreach (var (name, value) in names)
        {
            json.TryAdd(name, value);
        }

        return json.ToJsonString();
    }
}
