using System.IO.Compression;
using System.Net;
using System.Text;
using Convo.Core.Accounts;
using Convo.Tests.Fixtures;
using Convo.Tests.Security;
using Microsoft.Extensions.DependencyInjection;

namespace Convo.Tests.Web.Endpoints;

/// <summary>Taking one's data along, deleting it, leaving, and the organisation's retention period.</summary>
public sealed class MyDataTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Export_HasEverythingOfTheirsAndNoSecret()
    {
        var app = await ConvoApp.SharedAsync();
        var owner = await Victim.CreateAsync(app);
        var other = await Victim.CreateAsync(app);
        using var program = app.CreateClient(owner.User);

        await using var stream = await program.GetStreamAsync(new Uri("/api/convo/me/export", UriKind.Relative), Token);
        using var buffer = new MemoryStream();
        await stream.CopyToAsync(buffer, Token);
        using var zip = new ZipArchive(buffer);

        string[] expected = ["files.json", $"files/{owner["file"]}.txt", "profile.json", $"threads/{owner["other_thread"]}.json", $"threads/{owner["thread"]}.json", "usage.json"];
        Assert.Equal(
            expected.Order(StringComparer.Ordinal),
            zip.Entries.Select(entry => entry.FullName).Order(StringComparer.Ordinal));
        var all = new StringBuilder();
        foreach (var entry in zip.Entries)
        {
            await using var content = await entry.OpenAsync(Token);
            using var reader = new StreamReader(content);
            var text = await reader.ReadToEndAsync(Token);
            all.Append(text);
            Assert.True(entry.FullName == "usage.json" || text.Contains(Victim.Canary, StringComparison.Ordinal), entry.FullName);
        }

        Assert.Contains("\"revisions\"", all.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("password_hash", all.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("key_hash", all.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain("security_stamp", all.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(owner.User.ApiKey, all.ToString(), StringComparison.Ordinal);
        Assert.DoesNotContain(other["thread"].ToString(), all.ToString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task DeleteData_LeavesTheAccountAndEverybodyElse()
    {
        var app = await ConvoApp.SharedAsync();
        var owner = await Victim.CreateAsync(app);
        var other = await Victim.CreateAsync(app);
        var before = await other.FingerprintAsync();
        using var program = app.CreateClient(owner.User);

        using var deleted = await program.DeleteAsync("/api/convo/me/data", Token);

        var counts = await deleted.JsonAsync();
        Assert.Equal((2, 1, 1), (counts.GetProperty("threads").GetInt32(), counts.GetProperty("files").GetInt32(), counts.GetProperty("collections").GetInt32()));
        var left = await owner.FingerprintAsync();
        foreach (var table in new[] { "conversation_threads", "conversation_messages", "message_revisions", "attachments", "attachment_blobs", "attachment_chunks", "collections", "citations" })
        {
            Assert.Contains($"\n{table} 0 ", left, StringComparison.Ordinal);
        }

        Assert.Contains("users 1 ", left, StringComparison.Ordinal);
        Assert.Equal(before, await other.FingerprintAsync());
    }

    [Fact]
    public async Task DeleteAccount_NeedsAddressAndPasswordAndABrowser()
    {
        var app = await ConvoApp.SharedAsync();
        var owner = await Victim.CreateAsync(app);
        using var browser = await app.SignInBrowserClientAsync(owner.User);

        using var wrongAddress = await browser.PostFormAsync("/account/delete", ("email", "someone@example.org"), ("password", owner.User.Password));
        using var wrongPassword = await browser.PostFormAsync("/account/delete", ("email", owner.User.Email), ("password", "not it"));
        Assert.Equal("/settings?error=confirmation_wrong", wrongAddress.Headers.Location!.ToString());
        Assert.Equal("/settings?error=confirmation_wrong", wrongPassword.Headers.Location!.ToString());
        using var gone = await browser.PostFormAsync("/account/delete", ("email", owner.User.Email.ToUpperInvariant()), ("password", owner.User.Password));

        Assert.Equal("/sign-in", gone.Headers.Location!.ToString());
        Assert.Equal(0, await app.Database.Db.ScalarAsync<long>("SELECT count(*) FROM users WHERE id = @Id", new { owner.User.Id }, Token));
        using var program = app.CreateClient(owner.User);
        using var me = await program.GetAsync("/api/convo/me", Token);
        Assert.Equal(HttpStatusCode.Unauthorized, me.StatusCode);
    }

    [Fact]
    public async Task DeleteAccount_OfTheLastAdministrator_IsRefused()
    {
        await using var app = await ConvoApp.StartAsync();
        using var browser = await app.SignInBrowserClientAsync(app.Admin);

        using var refused = await browser.PostFormAsync("/account/delete", ("email", app.Admin.Email), ("password", app.Admin.Password));

        Assert.Equal("/settings?error=last_admin", refused.Headers.Location!.ToString());
    }

    [Fact]
    public async Task Retention_DeletesWhatNobodyTouchedAndNothingElse()
    {
        await using var app = await ConvoApp.StartAsync(new() { Settings = new() { [OrganisationOptions.RetentionDaysKey] = "30" } });
        var owner = await Victim.CreateAsync(app);
        await app.Database.Db.ExecuteAsync(
            "UPDATE conversation_threads SET updated_at = now() - interval '31 days' WHERE owner_id = @Id; UPDATE attachments SET created_at = now() - interval '31 days' WHERE owner_id = @Id",
            new { owner.User.Id }, Token);
        var young = await Victim.CreateAsync(app);
        var before = await young.FingerprintAsync();

        await app.Services.GetRequiredService<IRetention>().ApplyAsync(Token);

        // The thread whose answer is being written is left alone, and so is the file that somebody put into a collection.
        Assert.Equal([owner["other_thread"]], await app.Database.Db.QueryAsync<Guid>("SELECT id FROM conversation_threads WHERE owner_id = @Id", new { owner.User.Id }, Token));
        Assert.Equal(1, await app.Database.Db.ScalarAsync<long>("SELECT count(*) FROM attachments WHERE owner_id = @Id", new { owner.User.Id }, Token));
        Assert.Equal(before, await young.FingerprintAsync());
        Assert.Equal("""{"days": "30", "files": "0", "threads": "1"}""", await app.Database.Db.ScalarAsync<string>("SELECT details::text FROM audit_log WHERE action = 'retention.applied'", null, Token));
    }

    [Fact]
    public async Task Retention_NotSet_KeepsEverything()
    {
        var app = await ConvoApp.SharedAsync();
        var owner = await Victim.CreateAsync(app);
        await app.Database.Db.ExecuteAsync("UPDATE conversation_threads SET updated_at = now() - interval '9 years' WHERE owner_id = @Id", new { owner.User.Id }, Token);

        await app.Services.GetRequiredService<IRetention>().ApplyAsync(Token);

        Assert.Equal(2, await app.Database.Db.ScalarAsync<long>("SELECT count(*) FROM conversation_threads WHERE owner_id = @Id", new { owner.User.Id }, Token));
    }
}
