using Convo.Core.Conversations;
using Convo.Web.Components.Shared;

namespace Convo.Web.Components.Layout;

internal sealed record ThreadGroup(string Name, IReadOnlyList<ConversationThread> Threads);

internal static class ThreadGroups
{
    public const string Untitled = "Untitled chat";

    /// <summary>Pinned first, then by the person's own calendar, newest activity first within each.</summary>
    public static IReadOnlyList<ThreadGroup> Of(IEnumerable<ConversationThread> threads, BrowserTime time) =>
    [
        .. threads
            .GroupBy(thread => thread.Pinned ? "Pinned" : NameOf(time.DaysAgo(thread.UpdatedAt)))
            .Select(group => new ThreadGroup(group.Key, [.. group.OrderByDescending(thread => thread.UpdatedAt)]))
            .OrderBy(group => Array.IndexOf(Order, group.Name)),
    ];

    public static string TitleOf(ConversationThread? thread) => string.IsNullOrWhiteSpace(thread?.Title) ? Untitled : thread.Title;

    private static readonly string[] Order = ["Pinned", "Today", "Yesterday", "Last week", "Older"];

    private static string NameOf(int daysAgo) => daysAgo switch
    {
        <= 0 => "Today",
        1 => "Yesterday",
        <= 7 => "Last week",
        _ => "Older",
    };
}
