namespace Convo.Data.Knowledge;

/// <summary>
/// BM25 (Robertson and Zaragoza, The Probabilistic Relevance Framework, 2009) taken apart: a passage's vector holds the part that depends on
/// the passage, the question's the part that depends on the corpus, and their inner product is the score. Parameters and idf are Lucene's.
/// </summary>
internal static class Bm25
{
    public const double K1 = 1.2;
    public const double B = 0.75;

    /// <summary>The dimension of every lexeme vector; ids stay below it. The most that pgvector's sparsevec can have.</summary>
    public const int Dimensions = 1_000_000_000;

    /// <param name="frequency">How often the lexeme stands in the passage.</param>
    /// <param name="length">The passage's lexemes, repeats included.</param>
    /// <param name="averageLength">Of the passages in that language.</param>
    public static double Weight(int frequency, int length, double averageLength) => frequency * (K1 + 1) / (frequency + Saturation(length, averageLength));

    /// <summary>The frequency a weight was computed from, so that weights can follow the average length without the words.</summary>
    public static int FrequencyOf(double weight, int length, double averageLength) =>
        (int)Math.Round(weight * Saturation(length, averageLength) / (K1 + 1 - weight));

    /// <summary>Never negative, also for a lexeme that every passage has.</summary>
    public static double Idf(long passages, long passagesWithLexeme) =>
        Math.Log(1 + (passages - passagesWithLexeme + 0.5) / (passagesWithLexeme + 0.5));

    /// <summary>The most that a lexeme can add to a score: its frequency without bound.</summary>
    public static double UpperBound(double idf) => idf * (K1 + 1);

    private static double Saturation(int length, double averageLength) => K1 * (1 - B + B * length / averageLength);
}
