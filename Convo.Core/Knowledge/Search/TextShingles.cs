namespace Convo.Core.Knowledge;

/// <summary>Likeness of two texts by the sequences of five words they share.</summary>
internal static class TextShingles
{
    private const int Width = 5;

    public static HashSet<int> Of(string text)
    {
        var words = SearchText.Of(text).Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var shingles = new HashSet<int>();
        for (var i = 0; i < Math.Max(1, words.Length - Width + 1); i++)
        {
            var hash = new HashCode();
            for (var j = i; j < Math.Min(words.Length, i + Width); j++)
            {
                hash.Add(words[j], StringComparer.Ordinal);
            }

            shingles.Add(hash.ToHashCode());
        }

        return shingles;
    }

    /// <summary>Part of the smaller text's sequences that the other has too, 0 to 1: a passage inside a larger one is a repeat.</summary>
    public static double Overlap(HashSet<int> a, HashSet<int> b)
    {
        var (small, large) = a.Count <= b.Count ? (a, b) : (b, a);
        return small.Count == 0 ? 0 : (double)small.Count(large.Contains) / small.Count;
    }
}
