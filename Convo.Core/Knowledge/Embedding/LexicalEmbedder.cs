namespace Convo.Core.Knowledge;

/// <summary>
/// The embedder that is always there: signed feature hashing (Weinberger et al., 2009) of words and letter groups into a unit
/// vector. It knows no meaning; it finds misspelt and inflected words that keyword search misses.
/// </summary>
public sealed class LexicalEmbedder : IEmbedder
{
    private const int Size = 512;

    public string ModelId => "convo-lexical-1";

    public int Dimensions => Size;

    public EmbeddingSupplier? Supplier => null;

    // From 0.02 on the weaker ranking begins to cost the better one's first places (measured on SciFact); at 0.01 it breaks ties and fills the tail.
    public double FusionWeight => 0.01;

    public Task<IReadOnlyList<float[]>> EmbedAsync(IReadOnlyList<string> texts, EmbeddingPurpose purpose, CancellationToken ct)
    {
        var vectors = new float[texts.Count][];
        for (var i = 0; i < vectors.Length; i++)
        {
            ct.ThrowIfCancellationRequested();
            vectors[i] = Embed(texts[i], Size);
        }
        return Task.FromResult<IReadOnlyList<float[]>>(vectors);
    }

    internal static float[] Embed(string text, int size)
    {
        var sums = new double[size];
        foreach (var (hash, weight) in LexicalFeatures.Of(text))
            sums[hash % (ulong)size] += (hash >> 63) == 0 ? weight : -weight;
        var norm = Math.Sqrt(sums.Sum(value => value * value));
        return Array.ConvertAll(sums, value => norm > 0 ? (float)(value / norm) : 0f);
    }
}
