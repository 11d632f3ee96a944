using Bunit;
using Convo.Core.Conversations;
using Convo.Core.Knowledge;
using Convo.Core.Shared;
using Convo.Core.Usage;
using Convo.Web.Components.Chat;
using Convo.Web.Components.Layout;
using Convo.Web.Components.Shared;
using Microsoft.Extensions.DependencyInjection;

namespace Convo.Tests.Web.Components.Chat;

public sealed class ComposerTests : ComponentTest
{
    private readonly List<(string Text, IReadOnlyList<MessageAttachment> Files)> _sent = [];

    [Fact]
    public void Composer_Idle_HasSendAndNoStop()
    {
        var view = Show();

        Assert.Equal("Message", view.Find("textarea").GetAttribute("aria-label"));
        Assert.NotNull(view.Find("button[aria-label=Send]"));
        Assert.NotNull(view.Find("button[aria-label='Attach files']"));
        Assert.Empty(view.FindAll("button[aria-label=Stop]"));
    }

    [Fact]
    public void Composer_Running_HasStopAndNoSend()
    {
        var stopped = false;
        var view = Show(p => p.Add(x => x.Running, true).Add(x => x.OnStop, () => stopped = true));
        view.Find("button[aria-label=Stop]").Click();

        Assert.True(stopped);
        Assert.Empty(view.FindAll("button[aria-label=Send]"));
    }

    [Fact]
    public async Task Send_FileNotReady_IsHeldAndSaysSo()
    {
        var file = Knowledge.Add(Caller, "a.pdf", AttachmentStatus.Extracting, "Reading page 3 of 9", 0.3);
        var view = Show();
        await ActAsync(view, "uploaded", file.Id.ToString());
        Assert.Equal("You can send when the file is ready.", view.Find("#composer-hint").TextContent);
        Assert.Contains("Reading page 3 of 9", view.Find(".filechip").TextContent, StringComparison.Ordinal);
        await ActAsync(view, "send", text: "Ask");
        Assert.Empty(_sent);

        Knowledge.Set(file.Id, f => f with { Status = AttachmentStatus.Ready, Pages = 9, Chunks = 40 });
        view.WaitForAssertion(() => Assert.Contains("Ready · 9 pages · 40 passages", view.Find(".filechip").TextContent, StringComparison.Ordinal));
        await ActAsync(view, "send", text: "Ask");

        Assert.Equal(file.Id, Assert.Single(Assert.Single(_sent).Files).Id);
        Assert.Empty(view.FindAll(".filechip"));
    }

    [Fact]
    public async Task File_Failed_SaysWhyAndCanBeRetried()
    {
        var file = Knowledge.Add(Caller, "scan.pdf", AttachmentStatus.Failed, error: new Problem("no_text", "No text in it."));
        var view = Show();
        await ActAsync(view, "uploaded", file.Id.ToString());
        Assert.Contains("No text in it.", view.Find(".filechip").TextContent, StringComparison.Ordinal);
        Assert.Equal("Retry or remove the file that failed, then send.", view.Find("#composer-hint").TextContent);
        view.FindAll(".filechip button").Single(button => button.TextContent == "Retry").Click();

        view.WaitForAssertion(() => Assert.Equal("queued", view.Find(".filechip").GetAttribute("data-status")));
    }

    [Fact]
    public async Task File_Removed_IsDeletedAndGone()
    {
        var file = Knowledge.Add(Caller, "a.pdf", AttachmentStatus.Ready);
        var view = Show();
        await ActAsync(view, "uploaded", file.Id.ToString());
        await view.Find("button[aria-label='Remove a.pdf']").ClickAsync();

        Assert.Empty(view.FindAll(".filechip"));
        await Assert.ThrowsAsync<ConvoException>(() => Knowledge.GetAsync(Caller, file.Id, Xunit.TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Restore_DraftWithADeletedFile_LeavesItOut()
    {
        var file = Knowledge.Add(Caller, "a.pdf", AttachmentStatus.Ready);
        var view = Show();
        await ActAsync(view, "restore", text: $"{file.Id},{Time.NewId()},nonsense");

        Assert.Single(view.FindAll(".filechip"));
    }

    [Fact]
    public async Task Budget_UsedUp_BlocksBeforeSendingAndSaysWhenItOpens()
    {
        Usage.Limit(200_000, 200_000);
        await Services.GetRequiredService<BudgetWatch>().RefreshAsync();
        var view = Show();

        Assert.Contains("Today’s budget is used up", view.Find(".notice").TextContent, StringComparison.Ordinal);
        Assert.Contains("17:02 (in 3 h 0 min). Your text is kept.", view.Find(".notice").TextContent, StringComparison.Ordinal);
        Assert.True(view.Find("form").HasAttribute("data-blocked"));
    }

    [Fact]
    public async Task Budget_MoneyOverItsLimit_SaysWhichBudgetAndByHowMuch()
    {
        Usage.Budgets.Add(new BudgetState(BudgetScope.Team, Caller.UserId, BudgetWindow.Month, 10, 0, null, 5.25m, 5m, Time.GetUtcNow().AddDays(8)));
        await Services.GetRequiredService<BudgetWatch>().RefreshAsync();
        var view = Show();

        Assert.Contains("Team’s budget this month is used up", view.Find(".notice").TextContent, StringComparison.Ordinal);
        Assert.Contains("$5.25 of $5.00 used, $0.25 over. It opens again at 30 Nov, 14:02 (in 8 days).", view.Find(".notice").TextContent, StringComparison.Ordinal);
        Assert.True(view.Find("form").HasAttribute("data-blocked"));
    }

    [Fact]
    public async Task Budget_PastTheSoftLimit_SaysWhatIsLeftAndBlocksNothing()
    {
        Usage.Limit(170_000, 200_000);
        await Services.GetRequiredService<BudgetWatch>().RefreshAsync();
        var view = Show();

        Assert.Contains("Today’s budget is running low. 30,000 tokens left until 17:02.", view.Find(".low").TextContent, StringComparison.Ordinal);
        Assert.False(view.Find("form").HasAttribute("data-blocked"));
    }

    private IRenderedComponent<Composer> Show(Action<ComponentParameterCollectionBuilder<Composer>>? more = null) =>
        Render<Composer>(p =>
        {
            p.Add(x => x.OnSend, draft =>
            {
                _sent.Add((draft.Text, draft.Files));
                return Task.FromResult(true);
            });
            more?.Invoke(p);
        });

    private static Task ActAsync(IRenderedComponent<Composer> view, string action, string? key = null, string? text = null) =>
        view.Find("form").TriggerEventAsync("onconvoaction", new ConvoActionEventArgs { Action = action, Key = key, Text = text });
}
