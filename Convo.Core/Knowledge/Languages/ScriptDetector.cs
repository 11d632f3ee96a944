using System.Buffers;

namespace Convo.Core.Knowledge;

/// <summary>Languages that their script gives away.</summary>
internal static class ScriptDetector
{
    // Letters that Russian and Arabic lack mark their neighbours, for which there is no stemmer.
    private static readonly SearchValues<char> NotRussian = SearchValues.Create("іїєґўјљњћђќѓѕ");
    private static readonly SearchValues<char> NotArabic = SearchValues.Create("پچژگکیٹڈ");

    /// <summary>A configuration's name, or null when the text is mostly Latin and its words must decide.</summary>
    public static string? Detect(string text)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var c in text)
        {
            if (char.IsLetter(c))
                counts[ScriptOf(c)] = counts.GetValueOrDefault(ScriptOf(c)) + 1;
        }
        if (counts.Count == 0)
            return LanguageDetector.Simple;
        return counts.MaxBy(script => script.Value).Key switch
        {
            "latin" => null,
            "cyrillic" => text.AsSpan().IndexOfAny(NotRussian) >= 0 ? LanguageDetector.Simple : "russian",
            "arabic" => text.AsSpan().IndexOfAny(NotArabic) >= 0 ? LanguageDetector.Simple : "arabic",
            var script => script,
        };
    }

    private static string ScriptOf(char c) => c switch
    {
        < '\u0250' or (>= '\u1E00' and <= '\u1EFF') => "latin",
        >= '\u0370' and <= '\u03FF' or (>= '\u1F00' and <= '\u1FFF') => "greek",
        >= '\u0400' and <= '\u052F' => "cyrillic",
        >= '\u0530' and <= '\u058F' => "armenian",
        >= '\u0600' and <= '\u06FF' or (>= '\u0750' and <= '\u077F') => "arabic",
        >= '\u0900' and <= '\u097F' => "hindi",
        >= '\u0B80' and <= '\u0BFF' => "tamil",
        _ => LanguageDetector.Simple,
    };
}
