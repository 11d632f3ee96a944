namespace Convo.Web.Components.Account;

/// <summary>A User-Agent header in two words, good enough to tell one's own browsers apart.</summary>
internal static class BrowserName
{
    // In the order of asking: nearly everyone claims to be Safari, and Edge and Opera to be Chrome.
    private static readonly (string Mark, string Name)[] Browsers =
        [("Edg", "Edge"), ("OPR/", "Opera"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("CriOS/", "Chrome"), ("Safari/", "Safari")];

    private static readonly (string Mark, string Name)[] Systems =
        [("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"), ("Mac OS X", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux")];

    public static string Of(string userAgent) => (Find(Browsers, userAgent), Find(Systems, userAgent)) switch
    {
        ({ } browser, { } system) => $"{browser} on {system}",
        ({ } browser, null) => browser,
        (null, { } system) => $"A browser on {system}",
        _ => "A browser",
    };

    private static string? Find((string Mark, string Name)[] known, string userAgent) =>
        Array.Find(known, entry => userAgent.Contains(entry.Mark, StringComparison.Ordinal)).Name;
}
