using System.Globalization;
using System.Text;

namespace Convo.Core.Knowledge;

/// <summary>What the built-in embedder sees in a text: its words, and the letter groups inside them, each with a weight.</summary>
internal static class LexicalFeatures
{
    private const int MaxWord = 40;
    private const int Gram = 4;
    // Measured on SciFact and XQuAD with and without typing errors: 0.5 finds fewer misspelt words, 2.5 dilutes the exact ones.
    private const double GramShare = 1.5;

    /// <summary>Features by hash with their weight, term frequency already damped.</summary>
    public static Dictionary<ulong, double> Of(string text)
    {
        var counts = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var word in Words(Fold(text)))
            counts[word] = counts.GetValueOrDefault(word) + 1;
        var features = new Dictionary<ulong, double>();
        foreach (var (word, count) in counts)
            AddWord(features, word, (1 + Math.Log(count)) * Rarity(word));
        return features;
    }

    /// <summary>
    /// A stand-in for the inverse document frequency, which an embedder that sees one text at a time cannot know: function words of
    /// the languages we know weigh next to nothing, and longer words are rarer.
    /// </summary>
    private static double Rarity(string word) =>
        StopWords.IsStopWord(word) ? 0.05 : Math.Min(1.6, 0.55 + (0.1 * word.Length));

    private static void AddWord(Dictionary<ulong, double> features, string word, double weight)
    {
        Add(features, StableHash.Of('w', word), weight);
        var padded = $"<{word}>";
        var grams = padded.Length - Gram + 1;
        if (grams <= 0)
            return;
        // Together the letter groups weigh a share of the word, however many there are.
        var each = weight * GramShare / Math.Sqrt(grams);
        for (var i = 0; i < grams; i++)
            Add(features, StableHash.Of('g', padded.AsSpan(i, Gram)), each);
    }

    private static void Add(Dictionary<ulong, double> features, ulong hash, double weight) =>
        features[hash] = features.GetValueOrDefault(hash) + weight;

    /// <summary>Compatibility forms unified, case and accents dropped: "Straße" and "STRASSE" still differ, "café" and "CAFE" do not.</summary>
    private static string Fold(string text)
    {
        var folded = new StringBuilder(text.Length);
        foreach (var c in SearchText.WellFormed(text).Normalize(NormalizationForm.FormKD))
        {
            if (CharUnicodeInfo.GetUnicodeCategory(c) != UnicodeCategory.NonSpacingMark)
                folded.Append(char.ToLowerInvariant(c));
        }
        return folded.ToString();
    }

    /// <summary>Runs of letters and digits; pairs of neighbours in scripts without spaces.</summary>
    private static IEnumerable<string> Words(string text)
    {
        for (var i = 0; i < text.Length;)
        {
            if (PdfLines.IsDense(text[i]) && char.IsLetter(text[i]))
            {
                if (i + 1 < text.Length && char.IsLetter(text[i + 1]))
                    yield return text.Substring(i, 2);
                i++;
                continue;
            }
            var start = i;
            while (i < text.Length && i - start < MaxWord && char.IsLetterOrDigit(text[i]) && !PdfLines.IsDense(text[i]))
                i++;
            if (i > start)
                yield return text[start..i];
            else
                i++;
        }
    }
}
