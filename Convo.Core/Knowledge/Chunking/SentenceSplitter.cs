namespace Convo.Core.Knowledge;

/// <summary>
/// Finds where sentences end, by punctuation: Latin, Greek, Cyrillic, Arabic, Devanagari and CJK marks. A full stop after an
/// abbreviation, an initial or a short ordinal does not count, nor one that a small letter follows.
/// </summary>
internal static class SentenceSplitter
{
    private const int MaxAbbreviation = 8;

    private static readonly HashSet<string> Abbreviations = new(StringComparer.OrdinalIgnoreCase)
    {
        "mr", "mrs", "ms", "dr", "prof", "st", "jr", "sr", "vs", "etc", "eg", "ie", "e.g", "i.e", "cf", "al", "fig", "figs", "eq", "sec", "ch",
        "no", "nos", "vol", "ed", "eds", "pp", "p", "inc", "ltd", "co", "corp", "approx", "dept", "est", "gen", "gov", "rev", "u.s", "a.m", "p.m",
        "z.b", "d.h", "u.a", "u.s.w", "usw", "bzw", "ca", "evtl", "ggf", "vgl", "nr", "abs", "art", "abb", "bd", "hrsg", "str", "tel", "inkl", "zzgl",
        "m", "mm", "mme", "mlle", "av", "env", "sra", "srta", "ud", "uds", "pág", "núm", "sig", "sigg", "dott", "ing", "avv", "pag", "dhr", "mevr",
        "bijv", "enz", "o.a", "т.е", "т.д", "др", "см", "рис", "стр", "г", "гг",
    };

    /// <summary>Ranges of the sentences in <paramref name="text"/>, without the white space between them. They cover all other characters.</summary>
    public static List<Range> Split(ReadOnlySpan<char> text)
    {
        var sentences = new List<Range>();
        var start = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (!IsEnd(text, i, out var next))
                continue;
            Add(sentences, text, start, next);
            start = next;
            i = next - 1;
        }
        Add(sentences, text, start, text.Length);
        return sentences;
    }

    private static bool IsEnd(ReadOnlySpan<char> text, int at, out int next)
    {
        next = at + 1;
        var mark = text[at];
        var isWide = mark is '。' or '！' or '？' or '｡' or '।' or '॥' or '؟' or '۔';
        if (!isWide && mark is not ('.' or '!' or '?' or '…'))
            return false;
        while (next < text.Length && text[next] is ('.' or '!' or '?' or '…' or '"' or '\'' or '”' or '’' or '»' or ')' or ']' or '」' or '』' or '）' or '。' or '！' or '？'))
            next++;
        if (isWide || next >= text.Length)
            return true;
        if (!char.IsWhiteSpace(text[next]))
            return false;
        var following = text[next..].TrimStart();
        if (following.Length == 0 || char.IsLower(following[0]))
            return following.Length == 0;
        return mark != '.' || next > at + 1 || !IsAbbreviated(text[..at]);
    }

    /// <summary>Whether the word that ends here needs its full stop: a known abbreviation, an initial, "3." of a date or a list.</summary>
    private static bool IsAbbreviated(ReadOnlySpan<char> before)
    {
        var length = 0;
        while (length < before.Length && length <= MaxAbbreviation && (char.IsLetterOrDigit(before[^(length + 1)]) || before[^(length + 1)] == '.'))
            length++;
        var word = before[^length..];
        if (length == 0 || length > MaxAbbreviation)
            return false;
        if (length == 1)
            return char.IsUpper(word[0]) || char.IsDigit(word[0]);
        return (length == 2 && char.IsDigit(word[0]) && char.IsDigit(word[1]))
            || Abbreviations.GetAlternateLookup<ReadOnlySpan<char>>().Contains(word);
    }

    private static void Add(List<Range> sentences, ReadOnlySpan<char> text, int start, int end)
    {
        while (start < end && char.IsWhiteSpace(text[start]))
            start++;
        while (end > start && char.IsWhiteSpace(text[end - 1]))
            end--;
        if (end > start)
            sentences.Add(start..end);
    }
}
