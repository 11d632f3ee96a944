namespace Convo.Web.Components.Admin;

/// <summary>The administration's pages in the order of their tabs; a new page needs one line here.</summary>
internal static class AdminPages
{
    public static readonly IReadOnlyList<(string Href, string Name, string Icon)> All =
    [
        ("/admin/people", "People", "users"),
        ("/admin/threads", "Chats", "eye"),
        ("/admin/budgets", "Budgets", "wallet"),
        ("/admin/models", "Models", "cpu"),
        ("/admin/search", "Search", "search"),
        ("/admin/usage", "Usage", "chart-column"),
        ("/admin/audit", "Audit log", "scroll-text"),
    ];
}
