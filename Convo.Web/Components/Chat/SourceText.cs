using Convo.Core.Knowledge;

namespace Convo.Web.Components.Chat;

/// <summary>Cuts a page into paragraphs of marked segments.</summary>
internal static class SourceText
{
    /// <summary>More than this around the passage is folded away.</summary>
    public const int MaxAround = 5_000;

    public static IReadOnlyList<IReadOnlyList<SourceSegment>> Paragraphs(SourcePage page, string quote, out bool folded)
    {
        var text = page.Text;
        var passageStart = Math.Clamp(page.PassageStart, 0, text.Length);
        var passageEnd = Math.Clamp(passageStart + page.PassageLength, passageStart, text.Length);
        var from = passageStart > MaxAround ? NextSpace(text, passageStart - MaxAround) : 0;
        var to = text.Length - passageEnd > MaxAround ? NextSpace(text, passageEnd + MaxAround) : text.Length;
        folded = from > 0 || to < text.Length;
        var (quoteStart, quoteEnd) = Find(text, quote, passageStart, passageEnd);
        List<IReadOnlyList<SourceSegment>> paragraphs = [];
        foreach (var (start, end) in Split(text, from, to))
        {
            int[] cuts = [.. new[] { start, passageStart, quoteStart, quoteEnd, passageEnd, end }.Where(cut => cut >= start && cut <= end).Distinct().Order()];
            paragraphs.Add([.. cuts.Zip(cuts.Skip(1), (a, b) => new SourceSegment(
                text[a..b], a >= passageStart && b <= passageEnd, quoteEnd > quoteStart && a >= quoteStart && b <= quoteEnd))]);
        }

        return paragraphs;
    }

    /// <summary>
    /// Where the quoted words stand. A model changes spaces, quotes and case when it copies, so only letters and digits are compared.
    /// </summary>
    internal static (int Start, int End) Find(string text, string quote, int from, int to)
    {
        List<int> places = [];
        var letters = new char[to - from];
        for (var i = from; i < to; i++)
        {
            if (!char.IsLetterOrDigit(text[i])) continue;
            letters[places.Count] = char.ToLowerInvariant(text[i]);
            places.Add(i);
        }

        var wanted = new string([.. quote.Where(char.IsLetterOrDigit).Select(char.ToLowerInvariant)]);
        var at = wanted.Length == 0 ? -1 : letters.AsSpan(0, places.Count).IndexOf(wanted);
        return at < 0 ? (0, 0) : (places[at], places[at + wanted.Length - 1] + 1);
    }

    private static IEnumerable<(int Start, int End)> Split(string text, int from, int to)
    {
        var start = from;
        while (start < to)
        {
            var end = text.IndexOf("\n\n", start, to - start, StringComparison.Ordinal);
            if (end < 0) end = to;
            if (!string.IsNullOrWhiteSpace(text[start..end])) yield return (start, end);
            start = end;
            while (start < to && text[start] == '\n') start++;
        }
    }

    private static int NextSpace(string text, int at) => text.IndexOf(' ', at) is var space and >= 0 ? space : at;
}
