namespace Convo.Core.Knowledge;

/// <summary>Finds the PostgreSQL text search configuration for a text, by its script and its function words.</summary>
public static class LanguageDetector
{
    /// <summary>What is used when no language is clear: words as they are, no stemming.</summary>
    public const string Simple = "simple";

    private const int SampleLength = 6_000;
    private const int ShortText = 12;

    private static readonly Dictionary<string, (string Language, double Weight)[]> Votes = MakeVotes();

    /// <returns>Such as <c>english</c>; <see cref="Simple"/> for code, names, numbers and languages PostgreSQL does not stem.</returns>
    public static string Detect(string text)
    {
        var sample = Sample(text);
        return ScriptDetector.Detect(sample) ?? ByFunctionWords(sample);
    }

    private static string ByFunctionWords(string sample)
    {
        var scores = new Dictionary<string, double>(StringComparer.Ordinal);
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var words = 0;
        foreach (var word in Words(sample))
        {
            words++;
            // In a short text a repeated word proves nothing new: "y" is a variable, not Spanish.
            if (!seen.Add(word) && words <= ShortText)
                continue;
            foreach (var (language, weight) in Votes.GetValueOrDefault(word) ?? [])
                scores[language] = scores.GetValueOrDefault(language) + weight;
        }
        if (scores.Count == 0)
            return Simple;
        var ranked = scores.OrderByDescending(score => score.Value).Take(2).ToArray();
        var (best, second) = (ranked[0].Value, ranked.Length > 1 ? ranked[1].Value : 0);
        // Running text has a function word in every second or third place; a list, a table or code has hardly any.
        var enough = words <= ShortText
            ? seen.Count(word => Speaks(word, ranked[0].Key)) >= 2
            : best >= Math.Max(1.5, words * 0.04);
        return enough && best >= second * 1.15 ? ranked[0].Key : Simple;
    }

    private static bool Speaks(string word, string language) =>
        Votes.GetValueOrDefault(word)?.Any(vote => string.Equals(vote.Language, language, StringComparison.Ordinal)) == true;

    /// <summary>The beginning, the middle and the end: a cover page or an appendix alone may be in another language.</summary>
    private static string Sample(string text)
    {
        if (text.Length <= 3 * SampleLength)
            return text.ToLowerInvariant();
        var middle = (text.Length - SampleLength) / 2;
        return string.Concat(text.AsSpan(0, SampleLength), " ", text.AsSpan(middle, SampleLength)).ToLowerInvariant()
            + " " + text[^SampleLength..].ToLowerInvariant();
    }

    private static IEnumerable<string> Words(string text)
    {
        for (var i = 0; i < text.Length;)
        {
            var start = i;
            while (i < text.Length && (char.IsLetter(text[i]) || char.GetUnicodeCategory(text[i]) == System.Globalization.UnicodeCategory.NonSpacingMark))
                i++;
            if (i > start)
                yield return text[start..i];
            else
                i++;
        }
    }

    /// <summary>A word that several languages share speaks for each of them by as much less.</summary>
    private static Dictionary<string, (string, double)[]> MakeVotes() => StopWords.ByLanguage
        .SelectMany(language => language.Value.Distinct().Select(word => (Word: word, Language: language.Key)))
        .GroupBy(pair => pair.Word, StringComparer.Ordinal)
        .ToDictionary(group => group.Key, group => group.Select(pair => (pair.Language, 1.0 / group.Count())).ToArray(), StringComparer.Ordinal);
}
