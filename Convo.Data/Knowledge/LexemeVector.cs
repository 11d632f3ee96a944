using Pgvector;

namespace Convo.Data.Knowledge;

/// <summary>Lexeme ids as dimensions of a sparse vector.</summary>
internal static class LexemeVector
{
    /// <summary>sparsevec holds no more elements than this.</summary>
    public const int MaxElements = 16_000;

    public static SparseVector Of(IReadOnlyDictionary<int, float> weights)
    {
        // More distinct words than a vector holds never occur in a passage, but a limit must not be an error: the weakest go.
        var kept = weights.Count <= MaxElements ? weights : weights.OrderByDescending(w => w.Value).Take(MaxElements).ToDictionary();
        return new SparseVector(kept.ToDictionary(), Bm25.Dimensions);
    }
}
