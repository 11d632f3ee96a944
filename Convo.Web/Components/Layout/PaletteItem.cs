using Convo.Web.Components.Admin;

namespace Convo.Web.Components.Layout;

/// <summary>One line of the command palette: a link, or a command that wwwroot/js/shortcuts.js or the page runs.</summary>
/// <param name="Run">Name of a command in shortcuts.js.</param>
/// <param name="Model">Qualified id of the model to switch to.</param>
internal sealed record PaletteItem(string Group, string Title, string Hint, string Icon, string? Href = null, string? Run = null, string? Model = null);

internal static class PaletteItems
{
    public static readonly IReadOnlyList<PaletteItem> Commands =
    [
        new("Actions", "New chat", "Ctrl Shift O", "square-pen", Run: "new-chat"),
        new("Go to", "All and archived chats", "Page", "archive", "/chats"),
        new("Go to", "Documents", "Page", "files", "/documents"),
        new("Go to", "My usage and budget", "Page", "chart-column", "/usage"),
        new("Go to", "Settings", "Page", "settings", "/settings"),
        new("Actions", "Attach files", "", "paperclip", Run: "attach"),
        new("Actions", "Copy the last answer", "Ctrl Shift C", "copy", Run: "copy-answer"),
        new("Actions", "Show or hide threads", "Ctrl Shift S", "panel-left", Run: "sidebar"),
        new("Actions", "Light theme", "", "sun", Run: "theme-light"),
        new("Actions", "Dark theme", "", "moon", Run: "theme-dark"),
        new("Actions", "System theme", "", "monitor", Run: "theme-system"),
        new("Actions", "Keyboard shortcuts", "Ctrl /", "keyboard", Run: "shortcuts"),
    ];

    /// <summary>What only an administrator is offered.</summary>
    public static readonly IReadOnlyList<PaletteItem> Administration =
        [.. AdminPages.All.Select(page => new PaletteItem("Administration", page.Name, "Page", page.Icon, page.Href))];

    /// <summary>How well the letters of the query run through the title; null when they do not. Less is better.</summary>
    public static int? Score(string title, string query)
    {
        if (query.Length == 0) return 0;
        var whole = title.IndexOf(query, StringComparison.CurrentCultureIgnoreCase);
        if (whole >= 0) return whole == 0 || title[whole - 1] == ' ' ? whole : whole + 50;
        var (at, gaps) = (-1, 100);
        foreach (var c in query)
        {
            var next = title.IndexOf(c.ToString(), at + 1, StringComparison.CurrentCultureIgnoreCase);
            if (next < 0) return null;
            gaps += next - at - 1;
            at = next;
        }

        // Scattered letters of a long title match nearly anything.
        return gaps - 100 <= query.Length * 3 ? gaps : null;
    }

    public static IEnumerable<PaletteItem> Matching(IEnumerable<PaletteItem> items, string query) => items
        .Select(item => (item, score: Score(item.Title, query)))
        .Where(pair => pair.score is not null)
        .OrderBy(pair => pair.score)
        .Select(pair => pair.item);
}
