using System.Net;
using System.Text.Json;
using Convo.Core.Accounts;
using Convo.Tests.Fixtures;

namespace Convo.Tests.Web.Endpoints;

public sealed class ApiKeyTests
{
    private const string Keys = "/api/convo/api-keys";

    [Fact]
    public async Task Create_AsMember_ShowsTheKeyOnceAndItWorks()
    {
        var app = await ConvoApp.SharedAsync();
        var user = await app.CreateUserAsync();
        using var browser = await app.SignInBrowserClientAsync(user);

        using var created = await browser.SendJsonAsync(HttpMethod.Post, Keys, new { name = "laptop" });

        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        var view = await created.JsonAsync();
        var key = view.GetProperty("key").GetString()!;
        Assert.Matches("^cv_[0-9A-Za-z]{43}$", key);
        Assert.StartsWith(view.GetProperty("prefix").GetString()!, key, StringComparison.Ordinal);
        using var program = app.CreateClient(key);
        using var me = await program.GetAsync("/api/convo/me", TestContext.Current.CancellationToken);
        Assert.Equal(user.Id, (await me.JsonAsync()).GetProperty("id").GetGuid());
        using var list = await browser.GetAsync(Keys, TestContext.Current.CancellationToken);
        var text = await list.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.Contains("\"laptop\"", text, StringComparison.Ordinal);
        Assert.DoesNotContain(key, text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Create_OfAKey_IsStoredAsAHashOnly()
    {
        var app = await ConvoApp.SharedAsync();
        var user = await app.CreateUserAsync();

        var rows = await app.Database.Db.QueryAsync<string>(
            "SELECT k::text FROM api_keys k WHERE user_id = @Id", new { user.Id }, TestContext.Current.CancellationToken);

        Assert.DoesNotContain(user.ApiKey, Assert.Single(rows), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("{\"name\":\"\"}", "name")]
    [InlineData("{\"name\":\"a\\nb\"}", "name")]
    [InlineData("{}", null)]
    [InlineData("{\"name\":\"x\",\"scopes\":[]}", "scopes")]
    [InlineData("{\"name\":\"x\",\"scopes\":[\"root\"]}", "scopes")]
    [InlineData("{\"name\":\"x\",\"expires_at\":\"2020-01-01T00:00:00Z\"}", "expires_at")]
    [InlineData("{\"name\":\"x\",\"expires_at\":\"tomorrow\"}", "expires_at")]
    public async Task Create_BadRequest_NamesTheField(string body, string? field)
    {
        var app = await ConvoApp.SharedAsync();
        using var client = app.CreateClient(await app.CreateUserAsync());

        using var response = await client.PostAsync(Keys, new StringContent(body, null, "application/json"), TestContext.Current.CancellationToken);

        var problem = await response.ShouldBeProblemAsync(HttpStatusCode.BadRequest, "invalid_request");
        Assert.Equal(field, problem.TryGetProperty("field", out var named) ? named.GetString() : null);
    }

    [Fact]
    public async Task Create_MemberAsksForAdmin_IsForbidden()
    {
        var app = await ConvoApp.SharedAsync();
        using var client = app.CreateClient(await app.CreateUserAsync());

        using var response = await client.SendJsonAsync(HttpMethod.Post, Keys, new { name = "x", scopes = new[] { "admin" } });

        await response.ShouldBeProblemAsync(HttpStatusCode.Forbidden, "scope_missing");
    }

    [Fact]
    public async Task Create_ByAnAdminsKeyWithoutAdminScope_CannotGrowIt()
    {
        var app = await ConvoApp.SharedAsync();
        var admin = await app.CreateUserAsync(Role.Admin);
        using var client = app.CreateClient(await app.CreateKeyAsync(admin.Id, ["chat", "read"]));

        using var response = await client.SendJsonAsync(HttpMethod.Post, Keys, new { name = "x", scopes = new[] { "chat", "admin" } });

        await response.ShouldBeProblemAsync(HttpStatusCode.Forbidden, "scope_missing");
    }

    [Fact]
    public async Task Scopes_ReadOnlyKey_AsksButChangesNothing()
    {
        var app = await ConvoApp.SharedAsync();
        var user = await app.CreateUserAsync();
        using var client = app.CreateClient(await app.CreateKeyAsync(user.Id, ["read"]));

        using var asked = await client.GetAsync(Keys, TestContext.Current.CancellationToken);
        using var changed = await client.SendJsonAsync(HttpMethod.Post, Keys, new { name = "x", scopes = new[] { "read" } });

        Assert.Equal(HttpStatusCode.OK, asked.StatusCode);
        await changed.ShouldBeProblemAsync(HttpStatusCode.Forbidden, "scope_missing");
    }

    [Fact]
    public async Task Scopes_AdminsKeyWithoutAdmin_IsAMembersKey()
    {
        var app = await ConvoApp.SharedAsync();
        var admin = await app.CreateUserAsync(Role.Admin);
        using var client = app.CreateClient(await app.CreateKeyAsync(admin.Id, ["chat", "read"]));

        using var me = await client.GetAsync("/api/convo/me", TestContext.Current.CancellationToken);
        using var users = await client.GetAsync("/api/convo/admin/users", TestContext.Current.CancellationToken);

        Assert.Equal("member", (await me.JsonAsync()).GetProperty("role").GetString());
        await users.ShouldBeProblemAsync(HttpStatusCode.Forbidden, "admin_only");
    }

    [Fact]
    public async Task Scopes_AdminOnlyKey_AdministersAndDoesNotChat()
    {
        var app = await ConvoApp.SharedAsync();
        using var client = app.CreateClient(await app.CreateKeyAsync(app.Admin.Id, ["admin"]));

        using var users = await client.GetAsync("/api/convo/admin/users", TestContext.Current.CancellationToken);
        using var chat = await client.SendJsonAsync(HttpMethod.Post, Keys, new { name = "x" });

        Assert.Equal(HttpStatusCode.OK, users.StatusCode);
        await chat.ShouldBeProblemAsync(HttpStatusCode.Forbidden, "scope_missing");
    }

    [Fact]
    public async Task Revoke_AnotherPersonsKey_Is404AndItStillWorks()
    {
        var app = await ConvoApp.SharedAsync();
        var owner = await app.CreateUserAsync();
        using var theirs = app.CreateClient(owner);
        using var list = await theirs.GetAsync(Keys, TestContext.Current.CancellationToken);
        var id = (await list.JsonAsync()).GetProperty("items")[0].GetProperty("id").GetGuid();
        using var other = app.CreateClient(await app.CreateUserAsync());

        using var response = await other.DeleteAsync($"{Keys}/{id}", TestContext.Current.CancellationToken);

        await response.ShouldBeProblemAsync(HttpStatusCode.NotFound, "not_found");
        using var still = await theirs.GetAsync(Keys, TestContext.Current.CancellationToken);
        Assert.Equal(JsonValueKind.Null, (await still.JsonAsync()).GetProperty("items")[0].GetProperty("revoked_at").ValueKind);
    }

    [Fact]
    public async Task Revoke_OwnKey_EndsItAtOnce()
    {
        var app = await ConvoApp.SharedAsync();
        var user = await app.CreateUserAsync();
        using var program = app.CreateClient(user);
        using var list = await program.GetAsync(Keys, TestContext.Current.CancellationToken);
        var id = (await list.JsonAsync()).GetProperty("items")[0].GetProperty("id").GetGuid();

        using var revoked = await program.DeleteAsync($"{Keys}/{id}", TestContext.Current.CancellationToken);
        using var after = await program.GetAsync(Keys, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.NoContent, revoked.StatusCode);
        await after.ShouldBeProblemAsync(HttpStatusCode.Unauthorized, "unauthenticated");
    }

    /// <summary>CVE-2026-35030 of another gateway: its cache took the first characters of a token for the whole.</summary>
    [Fact]
    public async Task Bearer_TwoKeysThatBeginAlike_AreTwoPeople()
    {
        var app = await ConvoApp.SharedAsync();
        var common = new string('k', 64) + app.Database.Name;
        var first = await AddKeyAsync(app, common + "-first");
        var second = await AddKeyAsync(app, common + "-second");

        Assert.Equal(first, await WhoAsync(app, common + "-first"));
        Assert.Equal(second, await WhoAsync(app, common + "-second"));
        using var client = app.CreateClient(common);
        using var neither = await client.GetAsync("/api/convo/me", TestContext.Current.CancellationToken);
        await neither.ShouldBeProblemAsync(HttpStatusCode.Unauthorized, "unauthenticated");
    }

    [Theory]
    [InlineData("")]
    [InlineData("cv_")]
    [InlineData("cv_unknown")]
    [InlineData("' OR pg_sleep(5)--")]
    [InlineData("cv_\u00e9")]
    public async Task Bearer_Unknown_Is401WithoutARedirect(string key)
    {
        var app = await ConvoApp.SharedAsync();
        using var client = app.CreateAnonymousClient();
        client.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", "Bearer " + Uri.EscapeDataString(key));

        using var response = await client.GetAsync("/api/convo/me", TestContext.Current.CancellationToken);

        await response.ShouldBeProblemAsync(HttpStatusCode.Unauthorized, "unauthenticated");
        Assert.Equal("Bearer", response.Headers.WwwAuthenticate.ToString());
    }

    [Fact]
    public async Task Bearer_WrongKeyBesideAGoodCookie_IsNotRescuedByIt()
    {
        var app = await ConvoApp.SharedAsync();
        using var browser = await app.SignInBrowserClientAsync(await app.CreateUserAsync());
        browser.DefaultRequestHeaders.TryAddWithoutValidation("Authorization", "Bearer cv_wrong");

        using var response = await browser.GetAsync("/api/convo/me", TestContext.Current.CancellationToken);

        await response.ShouldBeProblemAsync(HttpStatusCode.Unauthorized, "unauthenticated");
    }

    private static async Task<Guid> AddKeyAsync(ConvoApp app, string key)
    {
        var user = await app.CreateUserAsync();
        var row = ApiKeyService.Row(TimeProvider.System, user.Id, "test", key, ApiScopes.Read, expiresAt: null);
        await app.Database.Db.ExecuteAsync(
            "INSERT INTO api_keys (id, user_id, name, prefix, key_hash, scopes) VALUES (@Id, @UserId, @Name, @Prefix, @Hash, @Scopes)",
            row, TestContext.Current.CancellationToken);
        return user.Id;
    }

    private static async Task<Guid> WhoAsync(ConvoApp app, string key)
    {
        using var client = app.CreateClient(key);
        using var me = await client.GetAsync("/api/convo/me", TestContext.Current.CancellationToken);
        return (await me.JsonAsync()).GetProperty("id").GetGuid();
    }
}
