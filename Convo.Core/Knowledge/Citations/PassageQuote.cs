using System.Text.RegularExpressions;

namespace Convo.Core.Knowledge;

/// <summary>How much a citation's words say, worst first.</summary>
internal enum QuoteKind
{
    /// <summary>The answer quotes nothing: the passage's sentence nearest to the claim.</summary>
    Nearest,
    /// <summary>The answer's quotation stands in the passage.</summary>
    Exact,
    /// <summary>The answer quotes words that the passage does not hold.</summary>
    Absent,
}

internal sealed record PassageQuote(QuoteKind Kind, string Words);

/// <summary>Decides which words of a passage a claim rests on.</summary>
internal static partial class PassageQuotes
{
    private const int MaxLength = 400;

    /// <param name="cited">Every passage the same marks name: a quotation has to stand in one of them, not in all.</param>
    public static PassageQuote Choose(CitedClaim claim, Passage passage, IReadOnlyList<Passage> cited)
    {
        var text = new TolerantText(passage.Text);
        string? longest = null;
        IEnumerable<string> quotations = claim.IsBlockQuote ? [claim.Text] : QuotationsIn(claim.Text).Select(g => g.Value);
        foreach (var quotation in quotations)
        {
            if (text.Find(quotation) is { } words)
            {
                longest = longest is null || words.Length > longest.Length ? words : longest;
            }
            else if (IsMoreThanAWord(quotation) && !cited.Any(p => p != passage && new TolerantText(p.Text).Find(quotation) is not null))
            {
                return new PassageQuote(QuoteKind.Absent, Shorten(quotation));
            }
        }

        return longest is not null && IsMoreThanAWord(longest)
            ? new PassageQuote(QuoteKind.Exact, Shorten(longest))
            : new PassageQuote(QuoteKind.Nearest, NearestSentence(claim.Text, passage.Text));
    }

    /// <summary>What stands between quotation marks, without them.</summary>
    public static IEnumerable<Group> QuotationsIn(string text) => Quotations().Matches(text).Select(m => m.Groups.Values.Skip(1).First(g => g.Success));

    private static bool IsMoreThanAWord(string quotation) => SearchText.Of(quotation).Contains(' ', StringComparison.Ordinal);

    private static string NearestSentence(string claim, string passage)
    {
        var wanted = Words(claim);
        var sentences = Sentences.Split(passage);
        var words = sentences.Select(s => Words(passage[s])).ToList();
        var (best, bestScore) = (0, 0.0);
        for (var i = 0; i < sentences.Count; i++)
        {
            // Words that few of the passage's sentences have count most; a long sentence must earn its length.
            var shared = words[i].Where(wanted.Contains).Sum(w => Math.Log(1 + (double)sentences.Count / words.Count(other => other.Contains(w))));
            var score = shared / Math.Sqrt(words[i].Count + 8);
            (best, bestScore) = score > bestScore ? (i, score) : (best, bestScore);
        }

        return sentences.Count == 0 ? "" : Shorten(passage[sentences[best]]);
    }

    private static HashSet<string> Words(string text) => [.. SearchText.Of(text).Split(' ', StringSplitOptions.RemoveEmptyEntries)];

    /// <summary>Cut at a word, without an ellipsis: the words have to be found again in the passage.</summary>
    private static string Shorten(string words)
    {
        if (words.Length <= MaxLength)
        {
            return words;
        }

        var space = words.LastIndexOf(' ', MaxLength);
        var end = space > MaxLength / 2 ? space : MaxLength;
        return words[..(char.IsHighSurrogate(words[end - 1]) ? end - 1 : end)].TrimEnd();
    }

    [GeneratedRegex("“([^“”]+)”|„([^„“”]+)[“”]|«([^«»]+)»|\"([^\"]+)\"", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Quotations();
}
