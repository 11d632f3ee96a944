using Convo.Tests.Fixtures;
using Microsoft.Playwright;

namespace Convo.Tests.Browser;

/// <summary>One Chromium for the run; each test opens a window of its own in it.</summary>
internal static class Chromium
{
    /// <summary>Debian's browser needs no sandbox of its own in a container, and must not look for updates.</summary>
    private static readonly string[] Flags =
        ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking", "--disable-component-update", "--disable-sync"];

    private static readonly Lazy<Task<IBrowser>> Browser = new(LaunchAsync);

    /// <summary>A window in which nobody is signed in. Faults of the page are collected in <paramref name="faults"/>.</summary>
    public static Task<IPage> OpenAsync(ConvoApp app, List<string> faults, int width = 1440, int height = 900) => OpenAsync(app.Address, faults, width, height);

    public static async Task<IPage> OpenAsync(Uri address, List<string> faults, int width = 1440, int height = 900)
    {
        var context = await (await Browser.Value).NewContextAsync(new BrowserNewContextOptions
        {
            BaseURL = address.ToString(),
            ViewportSize = new ViewportSize { Width = width, Height = height },
            ReducedMotion = ReducedMotion.Reduce,
        });
        context.SetDefaultTimeout(60_000);
        var page = await context.NewPageAsync();
        page.PageError += (_, error) => faults.Add(error);
        page.Console += (_, message) =>
        {
            if (message.Type == "error")
            {
                faults.Add(message.Text);
            }
        };
        return page;
    }

    public static Task SignInAsync(this IPage page, TestUser user) => page.SignInAsync(user.Email, user.Password);

    public static async Task SignInAsync(this IPage page, string email, string password)
    {
        await page.GotoAsync("/");
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Email" }).FillAsync(email);
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Password" }).FillAsync(password);
        await page.GetByRole(AriaRole.Button, new() { Name = "Sign in" }).ClickAsync();
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Message" }).WaitForAsync();
        // On a busy machine a second is soon gone; what is asserted is the state, not the time.
        Assertions.SetDefaultExpectTimeout(30_000);
    }

    /// <summary>By its whole name: a chat's own title may begin with any word.</summary>
    public static ILocator ButtonNamed(this IPage page, string name) => page.GetByRole(AriaRole.Button, new() { Name = name, Exact = true });

    public static ILocator Answer(this IPage page) => page.GetByRole(AriaRole.Log).GetByRole(AriaRole.Article).Last;

    public static async Task SendAsync(this IPage page, string text)
    {
        await page.GetByRole(AriaRole.Textbox, new() { Name = "Message" }).FillAsync(text);
        await page.ButtonNamed("Send").ClickAsync();
    }

    private static async Task<IBrowser> LaunchAsync()
    {
        var path = Environment.GetEnvironmentVariable("CONVO_CHROMIUM") is { Length: > 0 } named ? named : "/usr/bin/chromium";
        Assert.True(File.Exists(path), $"There is no browser at {path}. Run scripts/setup.sh --test, or name one in CONVO_CHROMIUM.");
        var playwright = await Playwright.CreateAsync();
        return await playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = path, Args = Flags });
    }
}
