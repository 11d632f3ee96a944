using Convo.Tests.Fixtures;
using Deque.AxeCore.Playwright;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Convo.Tests.Browser;

/// <summary>What Convo is for, done by hand in a real browser: sign in, ask, read word by word, reload, attach a document, follow a citation.</summary>
public sealed class MainJobTests : IAsyncLifetime
{
    private readonly List<string> _faults = [];
    private ConvoApp _app = null!;
    private IPage _page = null!;

    public async ValueTask InitializeAsync()
    {
        // A pace that a person could read at, so that there is a middle of an answer to look at.
        _app = await ConvoApp.StartAsync(new ConvoAppOptions
        {
            Settings = new()
            {
                ["CONVO_QUOTER_PACE_MS"] = "60",
                ["Convo:Extraction:Command:0"] = "dotnet",
                ["Convo:Extraction:Command:1"] = Path.Combine(AppContext.BaseDirectory, "Convo.Web.dll"),
                ["Convo:Extraction:Command:2"] = "extract",
            },
        });
        _page = await Chromium.OpenAsync(_app, _faults);
        await _page.SignInAsync(await _app.CreateUserAsync());
    }

    public async ValueTask DisposeAsync()
    {
        await _page.Context.CloseAsync();
        await _app.DisposeAsync();
    }

    [Fact]
    public async Task Ask_ReloadedInMidAnswer_ShowsTheAnswerSoFarAndGoesOn()
    {
        await _page.SendAsync("What can you do?");
        await Expect(_page.ButtonNamed("Stop")).ToBeVisibleAsync();
        await _page.WaitForURLAsync("**/c/*");
        await Expect(_page.Answer()).ToContainTextAsync("No language model");

        await _page.ReloadAsync();
        await Expect(_page.ButtonNamed("Stop")).ToBeVisibleAsync();
        await Expect(_page.ButtonNamed("Send")).ToBeVisibleAsync(new() { Timeout = 60_000 });

        await Expect(_page.Answer()).ToContainTextAsync("OPENAI_API_KEY");
        await Expect(_page.Answer()).ToContainTextAsync("tokens");
        await Expect(_page.GetByRole(AriaRole.Log).GetByRole(AriaRole.Article)).ToHaveCountAsync(2);
        Assert.Empty(_faults);
    }

    [Fact]
    public async Task Stop_InMidAnswer_KeepsTheTextAndSaysSo()
    {
        await _page.SendAsync("What can you do?");
        await _page.ButtonNamed("Stop").ClickAsync();

        await Expect(_page.ButtonNamed("Send")).ToBeVisibleAsync();
        await Expect(_page.Answer()).ToContainTextAsync("Stopped");
        Assert.Empty(_faults);
    }

    [Fact]
    public async Task Attach_ADocument_IsAnsweredWithACitationThatOpensThePassage()
    {
        var chooser = await _page.RunAndWaitForFileChooserAsync(
            () => _page.GetByRole(AriaRole.Button, new() { Name = "Attach files" }).ClickAsync());
        await chooser.SetFilesAsync(new FilePayload
        {
            Name = "harbour.md",
            MimeType = "text/markdown",
            Buffer = "# Harbour rules\n\nThe harbour gate closes at ten in the evening. Boats longer than twelve metres need a pilot.\n"u8.ToArray(),
        });
        await Expect(_page.GetByText("harbour.md")).ToBeVisibleAsync();
        // Known to the server and no longer held back: what is sent now takes the file along.
        await _page.Locator("form.composer:not([data-files='']):is(:not([data-hold]), [data-hold=''])").WaitForAsync(new() { State = WaitForSelectorState.Attached });
        await _page.GetByRole(AriaRole.Textbox, new() { Name = "Message" }).FillAsync("When does the harbour gate close?");
        // Held until the file is ready.
        await Expect(_page.ButtonNamed("Send")).ToBeEnabledAsync(new() { Timeout = 60_000 });
        await _page.ButtonNamed("Send").ClickAsync();

        var citation = _page.Answer().Locator("[data-cite]").First;
        await citation.ClickAsync();
        await Expect(_page.Locator("mark").First).ToContainTextAsync("closes at ten in the evening");
        await _page.Keyboard.PressAsync("Escape");
        await Expect(_page.Locator("mark")).ToHaveCountAsync(0);
        Assert.Empty(_faults);
    }

    [Theory]
    [InlineData(ColorScheme.Light)]
    [InlineData(ColorScheme.Dark)]
    public async Task Pages_OfAMember_HaveNoSeriousAccessibilityFault(ColorScheme scheme)
    {
        await _page.EmulateMediaAsync(new() { ColorScheme = scheme });
        foreach (var path in new[] { "/", "/documents", "/usage", "/settings" })
        {
            await _page.GotoAsync(path);
            await Expect(_page.GetByRole(AriaRole.Main)).ToBeVisibleAsync();
            await _page.WaitForLoadStateAsync(LoadState.NetworkIdle);
            var serious = (await _page.RunAxe()).Violations.Where(v => v.Impact is "serious" or "critical");
            Assert.Equal("", string.Join("\n", serious.Select(v => $"{path}: {v.Id}: {string.Join(" ; ", v.Nodes.Select(n => n.Html))}")));
        }

        Assert.Empty(_faults);
    }
}
