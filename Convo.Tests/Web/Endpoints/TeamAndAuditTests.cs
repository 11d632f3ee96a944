using System.Net;
using Convo.Tests.Fixtures;
using Convo.Web.Endpoints;
using Npgsql;

namespace Convo.Tests.Web.Endpoints;

public sealed class TeamAndAuditTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Team_MadeRenamedAndDeleted_KeepsItsPeople()
    {
        var app = await ConvoApp.SharedAsync();
        using var admin = app.CreateClient(app.Admin);
        var name = $"Team {Guid.CreateVersion7(TimeProvider.System.GetUtcNow())}";
        using var created = await admin.SendJsonAsync(HttpMethod.Post, "/api/convo/admin/teams", new { name });
        Assert.Equal(HttpStatusCode.Created, created.StatusCode);
        var id = (await created.JsonAsync()).GetProperty("id").GetGuid();
        var user = await app.CreateUserAsync();
        using var joined = await admin.SendJsonAsync(HttpMethod.Patch, $"/api/convo/admin/users/{user.Id}", new { team_id = id });

        using var same = await admin.SendJsonAsync(HttpMethod.Post, "/api/convo/admin/teams", new { name });
        using var renamed = await admin.SendJsonAsync(HttpMethod.Patch, $"/api/convo/admin/teams/{id}", new { name = name + " 2" });
        using var members = await admin.GetAsync($"/api/convo/admin/users?team_id={id}", Token);
        using var deleted = await admin.DeleteAsync($"/api/convo/admin/teams/{id}", Token);
        using var person = await admin.GetAsync($"/api/convo/admin/users/{user.Id}", Token);

        await same.ShouldBeProblemAsync(HttpStatusCode.Conflict, "team_exists");
        Assert.Equal(1, (await renamed.JsonAsync()).GetProperty("members").GetInt32());
        Assert.Equal(user.Id, Assert.Single((await members.JsonAsync()).GetProperty("items").EnumerateArray()).GetProperty("id").GetGuid());
        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        Assert.Equal(System.Text.Json.JsonValueKind.Null, (await person.JsonAsync()).GetProperty("team_id").ValueKind);
        var actions = await app.Database.Db.QueryAsync<string>("SELECT action FROM audit_log WHERE target_id = @id ORDER BY at", new { id = id.ToString() }, Token);
        Assert.Equal(["team.created", "team.renamed", "team.deleted"], actions);
    }

    [Theory]
    [InlineData("UPDATE audit_log SET reason = 'nothing happened'")]
    [InlineData("DELETE FROM audit_log")]
    [InlineData("TRUNCATE audit_log")]
    [InlineData("SET LOCAL session_replication_role = replica; DELETE FROM audit_log")]
    public async Task AuditLog_AnyChange_IsRefusedByTheDatabase(string sql)
    {
        await using var app = await ConvoApp.StartAsync();
        var before = await app.Database.Db.ScalarAsync<long>("SELECT count(*) FROM audit_log", null, Token);

        var refused = await Assert.ThrowsAsync<PostgresException>(() => app.Database.Db.InTransactionAsync(session => session.ExecuteAsync(sql, null, Token), Token));

        Assert.Equal(PostgresErrorCodes.InsufficientPrivilege, refused.SqlState);
        Assert.True(before > 0);
        Assert.Equal(before, await app.Database.Db.ScalarAsync<long>("SELECT count(*) FROM audit_log", null, Token));
    }

    [Fact]
    public async Task AuditLog_PersonDeleted_StillNamesWhoActed()
    {
        var app = await ConvoApp.SharedAsync();
        var acting = await app.CreateUserAsync(Convo.Core.Accounts.Role.Admin);
        using var one = app.CreateClient(acting);
        using var made = await one.SendJsonAsync(HttpMethod.Post, "/api/convo/admin/users", new { email = $"{acting.Id:N}@example.org", name = "Made" });
        using var admin = app.CreateClient(app.Admin);

        using var deleted = await admin.DeleteAsync($"/api/convo/admin/users/{acting.Id}", Token);

        Assert.Equal(HttpStatusCode.NoContent, deleted.StatusCode);
        using var audit = await admin.GetAsync($"/api/convo/admin/audit?actor_id={acting.Id}", Token);
        var line = Assert.Single((await audit.JsonAsync()).GetProperty("items").EnumerateArray());
        Assert.Equal("user.created", line.GetProperty("action").GetString());
        Assert.Equal(System.Text.Json.JsonValueKind.Null, line.GetProperty("actor_name").ValueKind);
    }

    [Fact]
    public async Task AuditLog_FiltersPagesAndExport_ShowTheSameLinesOnce()
    {
        var app = await ConvoApp.SharedAsync();
        using var admin = app.CreateClient(app.Admin);
        var user = await app.CreateUserAsync();
        for (var i = 0; i < 5; i++)
        {
            using var changed = await admin.SendJsonAsync(HttpMethod.Patch, $"/api/convo/admin/users/{user.Id}", new { name = $"=HYPERLINK(\"{i}\")" });
        }

        List<string> seen = [];
        string? cursor = null;
        do
        {
            using var response = await admin.GetAsync($"/api/convo/admin/audit?action=user.changed&target_id={user.Id}&limit=2&cursor={cursor}", Token);
            var page = await response.JsonAsync();
            seen.AddRange(page.GetProperty("items").EnumerateArray().Select(line => line.GetProperty("details").GetProperty("name").GetString()!));
            cursor = page.GetProperty("next_cursor").GetString();
        }
        while (cursor is not null);
        var csv = await admin.GetStringAsync(new Uri($"/api/convo/admin/audit/export?action=user.changed&target_id={user.Id}", UriKind.Relative), Token);
        using var none = await admin.GetAsync($"/api/convo/admin/audit?target_id={user.Id}&to=2001-01-01T00:00:00Z", Token);
        using var wrong = await admin.GetAsync("/api/convo/admin/audit?from=2002-01-01T00:00:00Z&to=2001-01-01T00:00:00Z", Token);

        Assert.Equal(["4", "3", "2", "1", "0"], seen.Select(name => name[12..13]));
        Assert.Equal(6, csv.Split("\r\n", StringSplitOptions.RemoveEmptyEntries).Length);
        // A spreadsheet must not run what a person called themself.
        Assert.Contains("'=HYPERLINK", csv, StringComparison.Ordinal);
        Assert.Empty((await none.JsonAsync()).GetProperty("items").EnumerateArray());
        await wrong.ShouldBeProblemAsync(HttpStatusCode.BadRequest, "invalid_request");
    }

    [Theory]
    [InlineData("plain", "plain")]
    [InlineData(null, "")]
    [InlineData("a,b", "\"a,b\"")]
    [InlineData("say \"x\"", "\"say \"\"x\"\"\"")]
    [InlineData("=1+1", "'=1+1")]
    [InlineData("@cmd", "'@cmd")]
    [InlineData("-2,3", "\"'-2,3\"")]
    [InlineData("two\nlines", "\"two\nlines\"")]
    public void Cell_OfACsv_IsQuotedAndNeverAFormula(string? text, string cell) => Assert.Equal(cell, AuditCsv.Cell(text));
}
