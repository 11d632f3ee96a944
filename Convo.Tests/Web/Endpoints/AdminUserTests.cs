using System.Net;
using System.Text.Json;
using Convo.Core.Accounts;
using Convo.Tests.Fixtures;

namespace Convo.Tests.Web.Endpoints;

public sealed class AdminUserTests
{
    private const string Users = "/api/convo/admin/users";

    [Fact]
    public async Task Create_WithoutPassword_GivesALinkThatLetsThePersonIn()
    {
        var app = await ConvoApp.SharedAsync();
        using var admin = app.CreateClient(app.Admin);
        using var created = await admin.SendJsonAsync(HttpMethod.Post, Users, new { email = "grace@example.org", name = "Grace", role = "member" });
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        var link = new Uri((await created.JsonAsync()).GetProperty("invite_url").GetString()!);
        Assert.Equal(app.Address.Authority, link.Authority);
        using var browser = app.CreateAnonymousClient();

        using var accepted = await browser.PostFormAsync("/account/setup", ("token", link.Query["?token=".Length..]), ("password", "a fine password"));
        Assert.Equal("/", accepted.Headers.Location!.ToString());
        using var again = await browser.PostFormAsync("/account/setup", ("token", link.Query["?token=".Length..]), ("password", "another password"));

        Assert.StartsWith("/setup?error=link_invalid", again.Headers.Location!.ToString(), StringComparison.Ordinal);
        using var me = await browser.GetAsync("/api/convo/me", TestContext.Current.CancellationToken);
        Assert.Equal("grace@example.org", (await me.JsonAsync()).GetProperty("email").GetString());
    }

    [Fact]
    public async Task Create_SameAddressInOtherCase_Is409()
    {
        var app = await ConvoApp.SharedAsync();
        var user = await app.CreateUserAsync();
        using var admin = app.CreateClient(app.Admin);

        using var response = await admin.SendJsonAsync(HttpMethod.Post, Users, new { email = user.Email.ToUpperInvariant(), name = "Twin" });

        await response.ShouldBeProblemAsync(HttpStatusCode.Conflict, "email_taken");
    }

    [Theory]
    [InlineData("{\"email\":\"x\",\"name\":\"X\"}", "email")]
    [InlineData("{\"email\":\"x@example.org\",\"name\":\" \"}", "name")]
    [InlineData("{\"email\":\"x@example.org\",\"name\":\"X\",\"password\":\"password\"}", "password")]
    [InlineData("{\"email\":\"x@example.org\",\"name\":\"X\",\"role\":\"root\"}", "role")]
    [InlineData("{\"email\":\"x@example.org\",\"name\":\"X\",\"role\":1}", "role")]
    public async Task Create_BadRequest_NamesTheField(string body, string field)
    {
        var app = await ConvoApp.SharedAsync();
        using var admin = app.CreateClient(app.Admin);

        using var response = await admin.PostAsync(Users, new StringContent(body, null, "application/json"), TestContext.Current.CancellationToken);

        var problem = await response.ShouldBeProblemAsync(HttpStatusCode.BadRequest, "invalid_request");
        Assert.Equal(field, problem.GetProperty("field").GetString());
    }

    [Fact]
    public async Task Create_WithMembersThatAreNotItsOwn_IgnoresThem()
    {
        var app = await ConvoApp.SharedAsync();
        using var admin = app.CreateClient(app.Admin);
        var foreign = Guid.CreateVersion7(DateTimeOffset.UnixEpoch);

        using var response = await admin.SendJsonAsync(HttpMethod.Post, Users, new
        {
            email = "mass@example.org", name = "Mass", password = "a fine password",
            id = foreign, user_id = foreign, is_first_admin = true, isAdmin = true, security_stamp = "x", created_at = "2000-01-01T00:00:00Z", disabled_at = "2000-01-01T00:00:00Z",
        });

        var created = await response.JsonAsync();
        Assert.NotEqual(foreign, created.GetProperty("id").GetGuid());
        Assert.Equal("member", created.GetProperty("role").GetString());
        Assert.False(await app.Database.Db.ScalarAsync<bool>(
            "SELECT is_first_admin OR disabled_at IS NOT NULL OR security_stamp = 'x' OR created_at < '2001-01-01' FROM users WHERE email = 'mass@example.org'",
            null, TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Every_AdministrationRoute_IsClosedToMembers()
    {
        var app = await ConvoApp.SharedAsync();
        var victim = await app.CreateUserAsync();
        using var member = app.CreateClient(await app.CreateUserAsync());
        (HttpMethod Method, string Path, object? Body)[] requests =
        [
            (HttpMethod.Get, Users, null),
            (HttpMethod.Post, Users, new { email = "evil@example.org", name = "Evil", role = "admin" }),
            (HttpMethod.Get, $"{Users}/{victim.Id}", null),
            (HttpMethod.Patch, $"{Users}/{victim.Id}", new { role = "admin" }),
            (HttpMethod.Delete, $"{Users}/{victim.Id}", null),
            (HttpMethod.Post, $"{Users}/{victim.Id}/link", null),
            (HttpMethod.Get, "/api/convo/admin/api-keys", null),
            (HttpMethod.Post, "/api/convo/admin/api-keys", new { user_id = victim.Id, name = "evil" }),
            (HttpMethod.Delete, $"/api/convo/admin/api-keys/{victim.Id}", null),
        ];

        foreach (var (method, path, body) in requests)
        {
            using var response = await member.SendJsonAsync(method, path, body);
            await response.ShouldBeProblemAsync(HttpStatusCode.Forbidden, "admin_only");
        }
    }

    [Fact]
    public async Task Change_NameRoleAndDisabled_AreStoredAndAudited()
    {
        var app = await ConvoApp.SharedAsync();
        var user = await app.CreateUserAsync();
        using var admin = app.CreateClient(app.Admin);

        using var response = await admin.SendJsonAsync(HttpMethod.Patch, $"{Users}/{user.Id}", new { name = "New Name", disabled = true });

        var view = await response.JsonAsync();
        Assert.Equal("New Name", view.GetProperty("name").GetString());
        Assert.Equal("member", view.GetProperty("role").GetString());
        Assert.Equal(JsonValueKind.String, view.GetProperty("disabled_at").ValueKind);
        var audit = await app.Database.Db.QueryAsync<string>(
            "SELECT action || ' ' || details::text FROM audit_log WHERE target_id = @id AND actor_id = @actor ORDER BY id",
            new { id = user.Id.ToString(), actor = app.Admin.Id }, TestContext.Current.CancellationToken);
        Assert.Equal(2, audit.Count);
        Assert.StartsWith("user.created ", audit[0], StringComparison.Ordinal);
        Assert.Equal("""user.changed {"name": "New Name", "disabled": "true"}""", audit[1]);
    }

    [Fact]
    public async Task Change_TeamThatIsNot_Is404AndNullClears()
    {
        var app = await ConvoApp.SharedAsync();
        var user = await app.CreateUserAsync();
        using var admin = app.CreateClient(app.Admin);

        using var wrong = await admin.SendJsonAsync(HttpMethod.Patch, $"{Users}/{user.Id}", new { team_id = user.Id });
        using var cleared = await admin.SendJsonAsync(HttpMethod.Patch, $"{Users}/{user.Id}", new { team_id = (Guid?)null });

        await wrong.ShouldBeProblemAsync(HttpStatusCode.NotFound, "not_found");
        Assert.Equal(HttpStatusCode.OK, cleared.StatusCode);
    }

    [Fact]
    public async Task LastAdministrator_CannotBeDemotedDisabledOrDeleted_HoweverManyTry()
    {
        await using var app = await ConvoApp.StartAsync();
        var second = await app.CreateUserAsync(Role.Admin);
        using var first = app.CreateClient(app.Admin);
        using var other = app.CreateClient(second);

        // Each removes the other at the same moment.
        var answers = await Task.WhenAll(
            first.SendJsonAsync(HttpMethod.Delete, $"{Users}/{second.Id}", null),
            other.SendJsonAsync(HttpMethod.Patch, $"{Users}/{app.Admin.Id}", new { role = "member" }));

        var admins = await app.Database.Db.QueryAsync<Guid>("SELECT id FROM users WHERE role = 'admin'", null, TestContext.Current.CancellationToken);
        var left = Assert.Single(admins);
        using var last = left == second.Id ? other : first;
        using var demoted = await last.SendJsonAsync(HttpMethod.Patch, $"{Users}/{left}", new { role = "member" });
        await demoted.ShouldBeProblemAsync(HttpStatusCode.Conflict, "last_admin");
        using var disabled = await last.SendJsonAsync(HttpMethod.Patch, $"{Users}/{left}", new { disabled = true });
        await disabled.ShouldBeProblemAsync(HttpStatusCode.Conflict, "last_admin");
        using var deleted = await last.SendJsonAsync(HttpMethod.Delete, $"{Users}/{left}", null);
        await deleted.ShouldBeProblemAsync(HttpStatusCode.Conflict, "last_admin");
        Assert.Equal(2, answers.Length);
    }

    [Fact]
    public async Task List_Pages_ShowEveryoneOnce()
    {
        var app = await ConvoApp.SharedAsync();
        var tag = "paged" + Guid.CreateVersion7(TimeProvider.System.GetUtcNow()).ToString("N");
        using var admin = app.CreateClient(app.Admin);
        for (var i = 0; i < 5; i++)
        {
            using var created = await admin.SendJsonAsync(HttpMethod.Post, Users, new { email = $"{i}@{tag}.example.org", name = $"P{i}" });
        }

        List<string> seen = [];
        string? cursor = null;
        do
        {
            using var response = await admin.GetAsync($"{Users}?q={tag}&limit=2&cursor={cursor}", TestContext.Current.CancellationToken);
            var page = await response.JsonAsync();
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(item => item.GetProperty("name").GetString()!));
            cursor = page.GetProperty("next_cursor").GetString();
        }
        while (cursor is not null);

        Assert.Equal(["P4", "P3", "P2", "P1", "P0"], seen);
    }

    [Theory]
    [InlineData("?limit=0")]
    [InlineData("?limit=201")]
    [InlineData("?limit=x")]
    [InlineData("?cursor=x")]
    [InlineData("?q=%00")]
    public async Task List_BadQuery_Is400(string query)
    {
        var app = await ConvoApp.SharedAsync();
        using var admin = app.CreateClient(app.Admin);

        using var response = await admin.GetAsync(Users + query, TestContext.Current.CancellationToken);

        await response.ShouldBeProblemAsync(HttpStatusCode.BadRequest, "invalid_request");
    }
}
