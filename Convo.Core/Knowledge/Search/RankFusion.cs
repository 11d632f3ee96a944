namespace Convo.Core.Knowledge;

/// <summary>A passage as the legs of a search ranked it; ranks begin at 1.</summary>
internal sealed record FusedChunk(Guid ChunkId, double Score, int? KeywordRank, double? KeywordScore, int? VectorRank, double? VectorScore)
{
    /// <summary>Place after fusion.</summary>
    public int Rank { get; init; }

    public double? RerankScore { get; init; }
}

/// <summary>
/// Reciprocal rank fusion (Cormack, Clarke, Büttcher, SIGIR 2009): a passage's score is the sum over the legs of weight / (60 + rank).
/// </summary>
internal static class RankFusion
{
    private const double K = 60;

    public static IReadOnlyList<FusedChunk> Fuse(IReadOnlyList<RankedChunk> keyword, IReadOnlyList<RankedChunk> vector, FusionWeights weights)
    {
        var fused = new Dictionary<Guid, FusedChunk>(keyword.Count + vector.Count);
        for (var i = 0; i < keyword.Count; i++)
        {
            fused[keyword[i].ChunkId] = new FusedChunk(keyword[i].ChunkId, weights.Keyword / (K + i + 1), i + 1, keyword[i].Score, null, null);
        }

        for (var i = 0; i < vector.Count; i++)
        {
            var found = fused.GetValueOrDefault(vector[i].ChunkId) ?? new FusedChunk(vector[i].ChunkId, 0, null, null, null, null);
            fused[found.ChunkId] = found with { Score = found.Score + weights.Vector / (K + i + 1), VectorRank = i + 1, VectorScore = vector[i].Score };
        }

        // The id as the last word: the same question gives the same order.
        return
        [
            .. fused.Values.Where(c => c.Score > 0).OrderByDescending(c => c.Score).ThenBy(c => c.KeywordRank ?? int.MaxValue).ThenBy(c => c.ChunkId)
                .Select((c, i) => c with { Rank = i + 1 }),
        ];
    }
}
