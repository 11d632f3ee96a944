using Convo.Tests.Browser;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Convo.Tests.Faults;

/// <summary>Rows 9 and 10, in a real browser behind a real nginx: circuits come and go, the answer and the draft stay.</summary>
public sealed class BrowserTests : FaultTest
{
    /// <summary>Milliseconds. A page that waits for ever must not hold the run up.</summary>
    private const int Patience = 240_000;
    private readonly List<string> _faults = [];

    [Fact(Timeout = Patience)]
    public async Task NodeDies_UnderTheCircuit_TheAnswerOfAnotherNodeGoesOnAndTheDraftStays()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var toFirst = TcpProxy.To(First.Port);
        await using var toSecond = TcpProxy.To(Second.Port);
        await using var nginx = await NginxProxy.StartAsync([toFirst.Port, toSecond.Port]);
        var page = await OpenAsync(nginx.Address);
        // Of what a page opens, only the circuit stays open.
        var (holder, runner) = toFirst.OpenConnections > toSecond.OpenConnections ? (First, Second) : (Second, First);
        var question = Question("reattach");
        var provider = Cluster.Answers.Open(question);
        var (answer, _, body) = await Cluster.SendAsync(runner, question, cancel);
        Assert.NotNull(answer);
        var threadId = body.GetProperty("message").GetProperty("thread_id").GetGuid();
        Say(provider, 0, 20);
        await page.GotoAsync($"/c/{threadId}");
        await Expect(page.Answer()).ToContainTextAsync("w19");
        var box = page.GetByRole(AriaRole.Textbox, new() { Name = "Message" });
        await box.FillAsync("a draft that survives");

        await holder.KillAsync();
        Say(provider, 20, 40);
        // The other node does not know the circuit, so the page loads anew there by itself.
        await Expect(page.Answer()).ToContainTextAsync("w39", new() { Timeout = 60_000 });
        await Expect(box).ToHaveValueAsync("a draft that survives");
        await Expect(page.ButtonNamed("Stop")).ToBeVisibleAsync();
        provider.Complete();
        await Expect(page.ButtonNamed("Send")).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await answer.FollowAsync([runner.Client], cancel);

        Assert.Equal(("complete", Words(40)), (answer.Ended, answer.Text));
        await page.Context.CloseAsync();
    }

    /// <summary>A tab that is closed before it heard that its message arrived.</summary>
    [Fact(Timeout = Patience)]
    public async Task Sent_AndTheCircuitIsLostBeforeItHeard_TheMessageIsThereOnce()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var line = TcpProxy.To(First.Port);
        var page = await OpenAsync(new Uri($"http://127.0.0.1:{line.Port}"));
        var question = Question("sent into the dark");
        var provider = Cluster.Answers.Open(question);
        // What the page sends arrives, what the server says does not.
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Message" }).FillAsync(question);
        line.Set(ProxyMode.Mute);
        await page.ButtonNamed("Send").ClickAsync();
        while (Cluster.Provider.ChatRequests.All(request => request.LastUserText != question))
        {
            await Cluster.Provider.NextRequestAsync(cancel);
        }

        // The tab is closed in the dark; a new one finds the draft, and learns that it was sent.
        var context = page.Context;
        await page.CloseAsync();
        line.Set(ProxyMode.Pass);
        line.ResetAll();
        page = await context.NewPageAsync();
        await page.GotoAsync("/");
        await page.WaitForURLAsync("**/c/*");
        await Expect(page.GetByRole(AriaRole.Log).GetByRole(AriaRole.Article)).ToHaveCountAsync(2);
        await Expect(page.GetByRole(AriaRole.Textbox, new() { Name = "Message" })).ToHaveValueAsync("");
        Say(provider, 0, 3);
        provider.Complete();
        await Expect(page.Answer()).ToContainTextAsync("w2");

        Assert.Single(Cluster.Provider.ChatRequests, request => request.LastUserText == question);
        await page.Context.CloseAsync();
    }

    [Fact(Timeout = Patience)]
    public async Task Line_IsCutAndComesBack_TheDialogSaysSoAndNothingIsLost()
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var line = TcpProxy.To(Second.Port);
        var page = await OpenAsync(new Uri($"http://127.0.0.1:{line.Port}"));
        var box = page.GetByRole(AriaRole.Textbox, new() { Name = "Message" });
        await box.FillAsync("typed before the cut");
        line.Set(ProxyMode.Refuse);
        var dialog = page.GetByRole(AriaRole.Dialog, new() { Name = "Connection" });
        await Expect(dialog).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await Expect(dialog).ToContainTextAsync("connection was lost");
        await box.FillAsync("typed while it was cut");
        await ShootAsync(page, "reconnect");

        line.Set(ProxyMode.Pass);
        await Expect(dialog).ToBeHiddenAsync(new() { Timeout = 60_000 });
        await Expect(box).ToHaveValueAsync("typed while it was cut");
        await page.ButtonNamed("Send").ClickAsync();
        await Expect(page.Answer()).ToContainTextAsync("You said: typed while it was cut");
        await page.Context.CloseAsync();
    }

    /// <summary>For whoever wants to look: CONVO_SCREENSHOTS names a folder.</summary>
    private static async Task ShootAsync(IPage page, string name)
    {
        if (Environment.GetEnvironmentVariable("CONVO_SCREENSHOTS") is { Length: > 0 } folder)
        {
            await page.ScreenshotAsync(new() { Path = Path.Combine(folder, name + ".png") });
        }
    }

    private async Task<IPage> OpenAsync(Uri address)
    {
        var page = await Chromium.OpenAsync(address, _faults);
        await page.SignInAsync(FaultCluster.AdminEmail, FaultCluster.AdminPassword);
        // The composer's module is there when it follows what is typed: lines are cut after that.
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Message" }).FillAsync("ready?");
        await Expect(page.ButtonNamed("Send")).ToBeEnabledAsync();
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Message" }).FillAsync("");
        return page;
    }
}
