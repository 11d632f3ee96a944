using Convo.Core.Accounts;
using Convo.Core.Shared;
using Convo.Tests.Fixtures;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;

namespace Convo.Tests.Web.Endpoints;

/// <summary>Limits over HTTP: who may set them, what is refused and how, and what becomes of them.</summary>
public sealed class AdminBudgetTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("""{"scope":"planet","window":"day","token_limit":1}""", "scope")]
    [InlineData("""{"window":"day","token_limit":1}""", "scope")]
    [InlineData("""{"scope":"user","window":"2026-11-21","token_limit":1}""", "window")]
    [InlineData("""{"scope":"user","window":"year","token_limit":1}""", "window")]
    [InlineData("""{"scope":"user","token_limit":1}""", "window")]
    [InlineData("""{"scope":"user","window":"day","token_limit":-1}""", "token_limit")]
    [InlineData("""{"scope":"user","window":"day","token_limit":"NaN"}""", "token_limit")]
    [InlineData("""{"scope":"user","window":"day","token_limit":1.5}""", "token_limit")]
    [InlineData("""{"scope":"user","window":"day","token_limit":1e300}""", "token_limit")]
    [InlineData("""{"scope":"user","window":"day","token_limit":9223372036854775807}""", "token_limit")]
    [InlineData("""{"scope":"user","window":"day","cost_limit":"-0.01"}""", "cost_limit")]
    [InlineData("""{"scope":"user","window":"day","cost_limit":"NaN"}""", "cost_limit")]
    [InlineData("""{"scope":"user","window":"day","cost_limit":"Infinity"}""", "cost_limit")]
    [InlineData("""{"scope":"user","window":"day","cost_limit":1e300}""", "cost_limit")]
    [InlineData("""{"scope":"user","window":"day","cost_limit":"900001"}""", "cost_limit")]
    [InlineData("""{"scope":"user","window":"day","cost_limit":"0.00000000001"}""", "cost_limit")]
    [InlineData("""{"scope":"user","window":"day","token_limit":1,"warn_percent":0}""", "warn_percent")]
    [InlineData("""{"scope":"global","scope_id":"01a20502-51d9-7c10-b77f-d28ca0e2d3b4","window":"day","token_limit":1}""", "scope_id")]
    [InlineData("""{"scope":"user","scope_id":"me","window":"day","token_limit":1}""", "scope_id")]
    public async Task Put_ALimitThatCannotBeRight_Is400NamingTheField(string body, string field)
    {
        var app = await ConvoApp.SharedAsync();
        using var client = app.CreateClient(app.Admin);

        using var response = await client.PutAsync("/api/convo/admin/budgets", new StringContent(body, new MediaTypeHeaderValue("application/json")), Token);

        var problem = await response.ShouldBeProblemAsync(HttpStatusCode.BadRequest, "invalid_request");
        Assert.Equal(field, problem.GetProperty("field").GetString());
    }

    [Theory]
    [InlineData("from=NaN", "from")]
    [InlineData("from=2026-11-22&to=2026-11-20", "from")]
    [InlineData("to=99999-01-01", "to")]
    [InlineData("group_by=planet", "group_by")]
    [InlineData("format=xls", "format")]
    [InlineData("user_id=me", "user_id")]
    public async Task Get_AQuestionThatCannotBeRight_Is400NamingTheField(string query, string field)
    {
        var app = await ConvoApp.SharedAsync();
        using var client = app.CreateClient(app.Admin);

        using var response = await client.GetAsync($"/api/convo/admin/usage?{query}", Token);

        var problem = await response.ShouldBeProblemAsync(HttpStatusCode.BadRequest, "invalid_request");
        Assert.Equal(field, problem.GetProperty("field").GetString());
    }

    [Fact]
    public async Task EveryRoute_AMember_IsForbidden()
    {
        var app = await ConvoApp.SharedAsync();
        using var client = app.CreateClient(await app.CreateUserAsync());

        foreach (var path in (string[])["/api/convo/admin/budgets", "/api/convo/admin/budgets/history", "/api/convo/admin/usage"])
        {
            using var response = await client.GetAsync(path, Token);
            Assert.Equal(HttpStatusCode.Forbidden, response.StatusCode);
        }

        using var put = await client.SendJsonAsync(HttpMethod.Put, "/api/convo/admin/budgets", new { scope = "global", window = "day", token_limit = 1 });
        Assert.Equal(HttpStatusCode.Forbidden, put.StatusCode);
    }

    [Fact]
    public async Task Put_APersonsLimit_ShowsInTheirBudgetTheListAndTheHistoryAndGoesAwayAgain()
    {
        var app = await ConvoApp.SharedAsync();
        var user = await app.CreateUserAsync();
        using var admin = app.CreateClient(app.Admin);
        using var member = app.CreateClient(user);
        await PutAsync(admin, new { scope = "user", scope_id = user.Id, window = "day", token_limit = 1000, cost_limit = "2.5", warn_percent = 60, reason = "trial" });

        var budget = (await JsonOfAsync(member, "/api/convo/budget")).GetProperty("items")[0];
        Assert.Equal(("1000", "2.5", "60", "own", "ok"), (
            budget.GetProperty("limit").ToString(), budget.GetProperty("cost_limit").ToString(), budget.GetProperty("warn_percent").ToString(),
            budget.GetProperty("origin").ToString(), budget.GetProperty("level").ToString()));
        var row = (await JsonOfAsync(admin, "/api/convo/admin/budgets")).GetProperty("items").EnumerateArray()
            .Single(item => item.GetProperty("scope_id").ToString() == user.Id.ToString());
        Assert.Equal((user.Name, "0"), (row.GetProperty("name").ToString(), row.GetProperty("used").ToString()));
        Assert.False(string.IsNullOrEmpty(row.GetProperty("updated_by").GetString()));

        await PutAsync(admin, new { scope = "user", scope_id = user.Id, window = "day", token_limit = (int?)null, reason = "trial over" });
        Assert.Equal("setting", (await JsonOfAsync(member, "/api/convo/budget")).GetProperty("items")[0].GetProperty("origin").GetString());
        var changes = (await JsonOfAsync(admin, "/api/convo/admin/budgets/history?limit=200")).GetProperty("items").EnumerateArray()
            .Where(change => change.GetProperty("scope_id").ToString() == user.Id.ToString()).ToList();
        Assert.Equal(["trial over", "trial"], changes.Select(change => change.GetProperty("reason").GetString()));
        Assert.Equal("1000", changes[0].GetProperty("before").GetProperty("token_limit").ToString());
        Assert.Equal(JsonValueKind.Null, changes[1].GetProperty("before").GetProperty("token_limit").ValueKind);
        Assert.All(changes, change => Assert.Equal(user.Name, change.GetProperty("name").GetString()));
        Assert.All(changes, change => Assert.False(string.IsNullOrEmpty(change.GetProperty("actor").GetString())));
    }

    [Fact]
    public async Task Post_AnApiKeysBudgetIsSpent_StopsTheKeyAndNotThePerson()
    {
        var app = await ConvoApp.SharedAsync();
        var user = await app.CreateUserAsync();
        using var admin = app.CreateClient(app.Admin);
        var secret = await app.CreateKeyAsync(user.Id, ApiScopeNames.Names(ApiScopes.Read | ApiScopes.Chat));
        var keys = (await JsonOfAsync(admin, $"/api/convo/admin/api-keys?user_id={user.Id}")).GetProperty("items").EnumerateArray();
        var key = keys.Single(item => secret.StartsWith(item.GetProperty("prefix").GetString()!, StringComparison.Ordinal)).GetProperty("id").GetGuid();
        await PutAsync(admin, new { scope = "api_key", scope_id = key, window = "month", token_limit = 10 });
        using var program = app.CreateClient(secret);
        using var other = app.CreateClient(user);

        using var refused = await program.SendJsonAsync(HttpMethod.Post, "/api/convo/messages/stream", new { content = "Hello" });
        using var answered = await other.SendJsonAsync(HttpMethod.Post, "/api/convo/messages/stream", new { content = "Hello" });

        var problem = await refused.ShouldBeProblemAsync(HttpStatusCode.TooManyRequests, "budget_exceeded");
        Assert.Equal(("api_key", "month", "10"), (
            problem.GetProperty("scope").GetString(), problem.GetProperty("window").GetString(), problem.GetProperty("limit").ToString()));
        Assert.Equal(HttpStatusCode.OK, answered.StatusCode);
        await SseEvent.ReadAllAsync(answered, Token);
        var source = await app.Database.Db.QueryAsync<string>(
            "SELECT source || ' ' || (api_key_id IS NOT NULL) FROM usage_ledger WHERE user_id = @Id", new { user.Id }, Token);
        Assert.Equal(["api true"], source);
        var report = await JsonOfAsync(admin, $"/api/convo/admin/usage?group_by=api_key&user_id={user.Id}");
        Assert.Equal("test", Assert.Single(report.GetProperty("items").EnumerateArray()).GetProperty("label").GetString());
    }

    [Fact]
    public async Task Get_WhoeverIsNearTheirLimit_IsListedToo()
    {
        var app = await ConvoApp.SharedAsync();
        var user = await app.CreateUserAsync();
        using var admin = app.CreateClient(app.Admin);
        using var member = app.CreateClient(user);
        await SseEvent.ReadAllAsync(await member.SendJsonAsync(HttpMethod.Post, "/api/convo/messages/stream", new { content = "Hello" }), Token);
        var used = (await JsonOfAsync(member, "/api/convo/budget")).GetProperty("items")[0].GetProperty("used").GetInt64();
        await PutAsync(admin, new { scope = "user", scope_id = user.Id, window = "day", token_limit = used + (used / 10) });

        var row = (await JsonOfAsync(admin, "/api/convo/admin/budgets")).GetProperty("near").EnumerateArray()
            .Single(item => item.GetProperty("scope_id").ToString() == user.Id.ToString());
        Assert.Equal(("warn", used), (row.GetProperty("level").GetString(), row.GetProperty("used").GetInt64()));
        Assert.Equal("warn", (await JsonOfAsync(member, "/api/convo/budget")).GetProperty("items")[0].GetProperty("level").GetString());
    }

    [Fact]
    public async Task Get_AsCsv_IsATableWhoseNamesAreNoFormulas()
    {
        var app = await ConvoApp.SharedAsync();
        using var admin = app.CreateClient(app.Admin);
        var email = $"csv{TimeProvider.System.NewId():N}@example.org";
        using var created = await admin.SendJsonAsync(HttpMethod.Post, "/api/convo/admin/users", new { email, name = "=cmd(\"x\"), \"quoted\"", role = "member", password = "a fine password" });
        var id = (await created.JsonAsync()).GetProperty("id").GetGuid();
        using var member = app.CreateClient(await app.CreateKeyAsync(id, ["chat"]));
        await SseEvent.ReadAllAsync(await member.SendJsonAsync(HttpMethod.Post, "/api/convo/messages/stream", new { content = "Hello" }), Token);

        using var response = await admin.GetAsync($"/api/convo/admin/usage?group_by=user&user_id={id}&format=csv", Token);
        var lines = (await response.Content.ReadAsStringAsync(Token)).Split("\r\n");

        Assert.Equal("text/csv; charset=utf-8", response.Content.Headers.ContentType?.ToString());
        Assert.StartsWith("attachment; filename=usage-user-", response.Content.Headers.ContentDisposition?.ToString(), StringComparison.Ordinal);
        Assert.Equal("key,label,detail,requests,input_tokens,cached_input_tokens,output_tokens,reasoning_tokens,cost_usd,unpriced_requests", lines[0]);
        Assert.StartsWith($"{id},\"'=cmd(\"\"x\"\"), \"\"quoted\"\"\",{email},1,", lines[1], StringComparison.Ordinal);
        Assert.Equal([""], lines[2..]);
    }

    [Theory]
    [InlineData("user")]
    [InlineData("team")]
    [InlineData("model")]
    [InlineData("day")]
    [InlineData("api_key")]
    [InlineData("source")]
    public async Task Get_EveryGrouping_AddsUpToTheSame(string grouping)
    {
        var app = await ConvoApp.SharedAsync();
        var user = await app.CreateUserAsync();
        using var admin = app.CreateClient(app.Admin);
        using var member = app.CreateClient(user);
        await SseEvent.ReadAllAsync(await member.SendJsonAsync(HttpMethod.Post, "/api/convo/messages/stream", new { content = "Hello" }), Token);
        var used = (await JsonOfAsync(member, "/api/convo/budget")).GetProperty("items")[0].GetProperty("used").GetInt64();

        var rows = (await JsonOfAsync(admin, $"/api/convo/admin/usage?group_by={grouping}&user_id={user.Id}")).GetProperty("items").EnumerateArray().ToList();

        Assert.Equal(used, rows.Sum(row => row.GetProperty("input_tokens").GetInt64() + row.GetProperty("output_tokens").GetInt64()));
    }

    private static Task<JsonElement> JsonOfAsync(HttpClient client, string path) => client.GetFromJsonAsync<JsonElement>(path, Token);

    private static async Task PutAsync(HttpClient admin, object limit)
    {
        using var response = await admin.SendJsonAsync(HttpMethod.Put, "/api/convo/admin/budgets", limit);
        Assert.True(response.StatusCode == HttpStatusCode.OK, await response.Content.ReadAsStringAsync(Token));
    }
}
