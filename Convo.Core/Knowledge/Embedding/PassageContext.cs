namespace Convo.Core.Knowledge;

/// <summary>A passage is found by what it stands under as well as by what it says.</summary>
internal static class PassageContext
{
    public static string Of(string title, string? headingPath, string content) => headingPath is null ? $"{title}\n{content}" : $"{title}\n{headingPath}\n{content}";
}
