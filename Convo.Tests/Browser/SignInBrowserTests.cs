using Convo.Tests.Fixtures;
using Microsoft.Playwright;
using static Microsoft.Playwright.Assertions;

namespace Convo.Tests.Browser;

/// <summary>Coming in through a real OpenID provider, going out, going back, and being signed out in the middle of a sentence.</summary>
public sealed class SignInBrowserTests : IAsyncLifetime
{
    private readonly List<string> _faults = [];
    private OpenIdProvider _provider = null!;
    private ConvoApp _app = null!;
    private IPage _page = null!;

    public async ValueTask InitializeAsync()
    {
        _provider = await OpenIdProvider.StartAsync(new { alice = new { email = "alice@example.org", email_verified = true, name = "Alice" } });
        _app = await ConvoApp.StartAsync(new() { Settings = _provider.Settings() });
        _page = await Chromium.OpenAsync(_app, _faults);
    }

    public async ValueTask DisposeAsync()
    {
        await _page.Context.CloseAsync();
        await _app.DisposeAsync();
        await _provider.DisposeAsync();
    }

    [Fact]
    public async Task Provider_InAndOutAndBack_ShowsNothingOfTheChatAfterwards()
    {
        await EnterAsync();
        await _page.SendAsync("Something private.");
        await _page.WaitForURLAsync("**/c/*");
        await Expect(_page.Answer()).ToContainTextAsync("No language model");

        await SignOutAsync();
        await _page.GoBackAsync();
        await Expect(_page.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true })).ToBeVisibleAsync();
        await Expect(_page.GetByText("Something private.")).ToHaveCountAsync(0);
        Assert.Empty(_faults);
    }

    [Fact]
    public async Task SessionEndedWhileTyping_AfterSigningInAgain_TheDraftIsThere()
    {
        await EnterAsync();
        await _page.GetByRole(AriaRole.Textbox, new() { Name = "Message" }).PressSequentiallyAsync("Half a thought");
        // Playwright's own waiting evaluates text as script, which the policy forbids.
        await _page.EvaluateAsync("""
            () => new Promise(saved => {
              const look = () => localStorage.getItem('convo:draft:new')?.includes('Half a thought') ? saved() : requestAnimationFrame(look);
              look();
            })
            """);
        // Somewhere else this browser was signed out.
        await _app.Database.Db.ExecuteAsync("DELETE FROM user_sessions", null, TestContext.Current.CancellationToken);

        await _page.WaitForURLAsync("**/sign-in?returnUrl=*", new() { Timeout = 60_000 });
        // Either the circuit found out first, or its line was cut: the browser says the latter in its console.
        _faults.Clear();
        await EnterAsync(start: null);

        await Expect(_page.GetByRole(AriaRole.Textbox, new() { Name = "Message" })).ToHaveValueAsync("Half a thought");
        // Who signs out on purpose leaves no draft to the next person.
        await SignOutAsync();
        Assert.Equal(0, await _page.EvaluateAsync<int>("Object.keys(localStorage).filter(key => key.startsWith('convo:draft:')).length"));
        Assert.Empty(_faults);
    }

    [Fact]
    public async Task OpenPage_SessionEndedElsewhere_LeadsToTheSignInPageByItself()
    {
        await EnterAsync();
        await _app.Database.Db.ExecuteAsync("DELETE FROM user_sessions", null, TestContext.Current.CancellationToken);

        // The promise is 30 s; the page is not touched meanwhile.
        await _page.WaitForURLAsync("**/sign-in?returnUrl=*", new() { Timeout = 60_000 });
        await Expect(_page.GetByRole(AriaRole.Button, new() { Name = "Sign in", Exact = true })).ToBeVisibleAsync();
    }

    private async Task EnterAsync(string? start = "/")
    {
        if (start is not null)
        {
            await _page.GotoAsync(start);
        }

        await _page.GetByRole(AriaRole.Link, new() { Name = "Continue with your organisation" }).ClickAsync();
        var account = _page.GetByRole(AriaRole.Textbox, new() { Name = "Account" });
        var message = _page.GetByRole(AriaRole.Textbox, new() { Name = "Message" });
        await account.Or(message).First.WaitForAsync();
        // Whom the provider still knows is not asked again.
        if (_page.Url.StartsWith(_provider.Issuer, StringComparison.Ordinal))
        {
            await account.FillAsync("alice");
            await _page.GetByRole(AriaRole.Button, new() { Name = "Continue" }).ClickAsync();
        }

        await message.WaitForAsync();
        Assertions.SetDefaultExpectTimeout(30_000);
    }

    private async Task SignOutAsync()
    {
        await _page.GetByRole(AriaRole.Button, new() { Name = "Account of" }).ClickAsync();
        await _page.GetByRole(AriaRole.Menuitem, new() { Name = "Sign out" }).ClickAsync();
        await _page.WaitForURLAsync("**/sign-in");
    }
}
