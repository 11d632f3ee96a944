using System.Net;
using System.Text.Json;
using Convo.Core.Accounts;
using Convo.Tests.Fixtures;
using Convo.Tests.Security;

namespace Convo.Tests.Web.Endpoints;

/// <summary>An administrator's hand in other people's messages: always with a reason, always with a trace.</summary>
public sealed class AdminMessageTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Edit_WithAReason_LeavesRevisionAuditAndMark()
    {
        var app = await ConvoApp.SharedAsync();
        var owner = await Victim.CreateAsync(app);
        using var admin = app.CreateClient(app.Admin);
        using var person = app.CreateClient(owner.User);

        using var first = await admin.SendJsonAsync(HttpMethod.Patch, $"/api/convo/admin/messages/{owner["answer"]}", new { content = "Better.", reason = "It was wrong" });
        using var second = await admin.SendJsonAsync(HttpMethod.Patch, $"/api/convo/admin/messages/{owner["answer"]}", new { content = "Best.", reason = "Still wrong" });

        Assert.Equal(HttpStatusCode.OK, second.StatusCode);
        using var message = await person.GetAsync($"/api/convo/messages/{owner["answer"]}", Token);
        var shown = await message.JsonAsync();
        Assert.Equal("Best.", shown.GetProperty("content").GetString());
        Assert.True(shown.GetProperty("edited_by_admin").GetBoolean());
        using var revisions = await person.GetAsync($"/api/convo/messages/{owner["answer"]}/revisions", Token);
        var kept = (await revisions.JsonAsync()).GetProperty("items").EnumerateArray().Where(r => r.GetProperty("by_admin").GetBoolean()).ToList();
        Assert.Equal([(Victim.Canary, "It was wrong"), ("Better.", "Still wrong")], kept.Select(r => (r.GetProperty("content").GetString()!, r.GetProperty("reason").GetString()!)));
        Assert.All(kept, r => Assert.Equal(app.Admin.Id, r.GetProperty("edited_by").GetGuid()));
        using var audit = await admin.GetAsync($"/api/convo/admin/audit?target_id={owner["answer"]}", Token);
        var lines = (await audit.JsonAsync()).GetProperty("items").EnumerateArray().ToList();
        Assert.Equal(["Still wrong", "It was wrong"], lines.Select(line => line.GetProperty("reason").GetString()));
        // The log outlives the person, so it holds none of their words.
        Assert.DoesNotContain(Victim.Canary, JsonSerializer.Serialize(lines), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("   ")]
    [InlineData("two\nlines")]
    public async Task Edit_WithoutAGoodReason_Is400AndChangesNothing(string? reason)
    {
        var app = await ConvoApp.SharedAsync();
        var owner = await Victim.CreateAsync(app);
        var before = await owner.FingerprintAsync();
        using var admin = app.CreateClient(app.Admin);

        using var response = await admin.SendJsonAsync(HttpMethod.Patch, $"/api/convo/admin/messages/{owner["answer"]}", new { content = "x", reason });

        var problem = await response.ShouldBeProblemAsync(HttpStatusCode.BadRequest, "invalid_request");
        Assert.Equal("reason", problem.GetProperty("field").GetString());
        Assert.Equal(before, await owner.FingerprintAsync());
    }

    [Fact]
    public async Task Edit_OfARunningAnswer_Is409AndOfNone404()
    {
        var app = await ConvoApp.SharedAsync();
        var owner = await Victim.CreateAsync(app);
        using var admin = app.CreateClient(app.Admin);

        using var running = await admin.SendJsonAsync(HttpMethod.Patch, $"/api/convo/admin/messages/{owner["running"]}", new { content = "x", reason = "y" });
        using var none = await admin.SendJsonAsync(HttpMethod.Patch, $"/api/convo/admin/messages/{owner["user"]}", new { content = "x", reason = "y" });

        await running.ShouldBeProblemAsync(HttpStatusCode.Conflict, "turn_running");
        await none.ShouldBeProblemAsync(HttpStatusCode.NotFound, "not_found");
    }

    [Fact]
    public async Task Reading_ByDefault_IsOffAndTellsNothing()
    {
        var app = await ConvoApp.SharedAsync();
        var owner = await Victim.CreateAsync(app);
        using var admin = app.CreateClient(app.Admin);
        foreach (var path in new[] { "/users/{user}/threads", "/threads/{thread}/open", "/messages/{answer}/revisions", "/messages/{answer}/retrieval", "/messages/{answer}/retrieval/replay" })
        {
            using var response = await admin.SendJsonAsync(HttpMethod.Post, "/api/convo/admin" + owner.Fill(path), new { reason = "curious" });
            await response.ShouldBeProblemAsync(HttpStatusCode.Forbidden, "reading_off");
        }

        // Writing into a message is no way to read what hangs on it.
        using var edited = await admin.SendJsonAsync(HttpMethod.Patch, $"/api/convo/admin/messages/{owner["answer"]}", new { content = "x", reason = "y" });
        Assert.DoesNotContain(Victim.Canary, await edited.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Reading_WhereAllowed_ShowsTheThreadAndIsAuditedEachTime()
    {
        await using var app = await ConvoApp.StartAsync(new() { Settings = new() { [OrganisationOptions.AdminsReadThreadsKey] = "true" } });
        var owner = await Victim.CreateAsync(app);
        using var admin = app.CreateClient(app.Admin);

        using var listed = await admin.SendJsonAsync(HttpMethod.Post, $"/api/convo/admin/users/{owner.User.Id}/threads", new { reason = "A complaint" });
        using var opened = await admin.SendJsonAsync(HttpMethod.Post, $"/api/convo/admin/threads/{owner["thread"]}/open", new { reason = "A complaint" });
        using var silent = await admin.SendJsonAsync(HttpMethod.Post, $"/api/convo/admin/threads/{owner["thread"]}/open", new { reason = " " });

        Assert.Equal(2, (await listed.JsonAsync()).GetProperty("items").GetArrayLength());
        Assert.Equal(2, (await opened.JsonAsync()).GetProperty("messages").GetArrayLength());
        await silent.ShouldBeProblemAsync(HttpStatusCode.BadRequest, "invalid_request");
        var audit = await app.Database.Db.QueryAsync<string>(
            "SELECT action || ' ' || target_id || ' ' || reason FROM audit_log WHERE actor_id = @Id AND action LIKE 'thread%' ORDER BY at", new { app.Admin.Id }, Token);
        Assert.Equal([$"threads.listed {owner.User.Id} A complaint", $"thread.opened {owner["thread"]} A complaint"], audit);
    }
}
