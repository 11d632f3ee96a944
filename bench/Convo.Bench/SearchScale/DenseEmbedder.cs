using System.Collections.Concurrent;
using Convo.Core.Knowledge;

namespace Convo.Bench.SearchScale;

/// <summary>
/// Stands for a neural embedding model in what matters to a vector index: each word has a fixed direction, a text is their sum with rare
/// (long) words weighing more, and the dimensions' variances fall by a power law, as the principal components of trained models do, so that
/// few of the 512 carry most of what tells passages apart. It knows no meaning and is no measure of ranking.
/// </summary>
internal sealed class DenseEmbedder : IEmbedder
{
    private const int Size = 512;

    /// <summary>Of the standard deviations: component i has i^-0.7.</summary>
    private const double Decay = 0.7;

    private static readonly double[] Deviations = [.. Enumerable.Range(1, Size).Select(i => Math.Pow(i, -Decay))];

    private readonly ConcurrentDictionary<string, float[]> _words = new(StringComparer.Ordinal);

    public string ModelId => "bench-dense";

    public int Dimensions => Size;

    public EmbeddingSupplier? Supplier => null;

    public double FusionWeight => 1;

    public Task<IReadOnlyList<float[]>> EmbedAsync(IReadOnlyList<string> texts, EmbeddingPurpose purpose, CancellationToken ct) =>
        Task.FromResult<IReadOnlyList<float[]>>([.. texts.Select(Embed)]);

    private float[] Embed(string text)
    {
        var sums = new double[Size];
        foreach (var (word, count) in text.ToLowerInvariant().Split([' ', '.', ',', '\n'], StringSplitOptions.RemoveEmptyEntries).CountBy(word => word))
        {
            var (direction, weight) = (_words.GetOrAdd(word, Direction), (1 + Math.Log(count)) * Math.Min(word.Length, 9));
            for (var i = 0; i < Size; i++)
            {
                sums[i] += weight * direction[i];
            }
        }

        var norm = Math.Sqrt(sums.Sum(value => value * value));
        return Array.ConvertAll(sums, value => norm > 0 ? (float)(value / norm) : 0f);
    }

    private static float[] Direction(string word)
    {
        var random = new Random(unchecked((int)StableHash.Of('d', word)));
        return Array.ConvertAll(Deviations, deviation => (float)(deviation * Gaussian(random)));
    }

    /// <summary>Box and Muller (1958).</summary>
    private static double Gaussian(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
