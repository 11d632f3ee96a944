namespace Convo.Core.Knowledge;

/// <summary>Whether text is a web page, by the tags that WHATWG's MIME sniffing standard looks for.</summary>
internal static class HtmlSniffer
{
    private static readonly string[] Openings =
    [
        "<!doctype html", "<html", "<head", "<script", "<iframe", "<h1", "<div", "<font", "<table", "<style", "<title", "<body", "<br", "<p",
    ];

    public static bool LooksLikeHtml(ReadOnlySpan<char> text)
    {
        var rest = SkipProlog(text);
        foreach (var opening in Openings)
        {
            // "<b" must not match "<base…": the tag name has to end where the pattern does.
            if (rest.StartsWith(opening, StringComparison.OrdinalIgnoreCase)
                && (rest.Length == opening.Length || rest[opening.Length] is ' ' or '>' or '\n' or '\r' or '\t' or '/'))
                return true;
        }
        return false;
    }

    private static ReadOnlySpan<char> SkipProlog(ReadOnlySpan<char> text)
    {
        var rest = text.TrimStart();
        while (true)
        {
            var end = rest.StartsWith("<!--", StringComparison.Ordinal) ? rest.IndexOf("-->", StringComparison.Ordinal) + 3
                : rest.StartsWith("<?xml", StringComparison.Ordinal) ? rest.IndexOf("?>", StringComparison.Ordinal) + 2
                : 0;
            if (end < 4)
                return rest;
            rest = rest[end..].TrimStart();
        }
    }
}
