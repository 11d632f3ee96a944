namespace Convo.Core.Turns;

/// <summary>A thread's title from its first message, when no model is asked for one.</summary>
internal static class TitleRule
{
    private const int MaxLength = 60;

    /// <summary>The first line with words, cut at a word's end.</summary>
    public static string From(string content)
    {
        foreach (var line in content.AsSpan().EnumerateLines())
        {
            var text = string.Join(' ', line.ToString().Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)).Trim('#', '*', '>', '`', ' ', '"', '“', '”');
            if (text.Length > 0)
            {
                return Shorten(text);
            }
        }

        return "New chat";
    }

    private static string Shorten(string text)
    {
        if (text.Length <= MaxLength)
        {
            return text;
        }

        var end = text.LastIndexOf(' ', MaxLength);
        end = end < MaxLength / 2 ? MaxLength : end;
        // Never between the halves of a pair.
        end = char.IsHighSurrogate(text[end - 1]) ? end - 1 : end;
        return text[..end].TrimEnd(',', ';', ':', '.', ' ', '-') + "…";
    }
}
