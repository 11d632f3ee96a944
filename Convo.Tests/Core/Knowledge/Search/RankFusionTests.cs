using Convo.Core.Knowledge;
using Convo.Core.Shared;
using CsCheck;

namespace Convo.Tests.Core.Knowledge.Search;

public sealed class RankFusionTests
{
    /// <summary>
    /// Two neighbours among the first ten are at least 1/70 − 1/71 apart, and the built-in embedder adds at most its weight / 61: whatever it
    /// ranks where, it cannot change the first ten of a keyword ranking that has ten. That holds for questions nobody has tried.
    /// </summary>
    [Fact]
    public void Fuse_WithTheBuiltInWeight_NeverChangesTheKeywordRankingsFirstTen()
    {
        var weights = new FusionWeights(1, new LexicalEmbedder().FusionWeight);
        var ids = Enumerable.Range(0, 120).Select(_ => TimeProvider.System.NewId()).ToArray();

        Gen.Select(Gen.Shuffle(ids), Gen.Int[10, 100], Gen.Shuffle(ids), Gen.Int[0, 100]).Sample((keyword, k, vector, v) =>
        {
            var fused = RankFusion.Fuse(Ranked(keyword.Take(k)), Ranked(vector.Take(v)), weights);
            return fused.Take(10).Select(c => c.ChunkId).SequenceEqual(keyword.Take(10));
        });
    }

    [Fact]
    public void Fuse_WithEqualWeights_PutsWhatBothLegsFoundFirst()
    {
        var (a, b, c) = (TimeProvider.System.NewId(), TimeProvider.System.NewId(), TimeProvider.System.NewId());

        var fused = RankFusion.Fuse(Ranked([a, b]), Ranked([c, b]), new FusionWeights(1, 1));

        Assert.Equal(b, fused[0].ChunkId);
        Assert.Equal((2, 2, 1), (fused[0].KeywordRank, fused[0].VectorRank, fused[0].Rank));
        Assert.Equal(1.0 / 62 + 1.0 / 62, fused[0].Score, 12);
    }

    [Fact]
    public void Fuse_WithAWeightOfZero_LeavesOutWhatOnlyThatLegFound()
    {
        var (a, b) = (TimeProvider.System.NewId(), TimeProvider.System.NewId());

        Assert.Equal(a, Assert.Single(RankFusion.Fuse(Ranked([a]), Ranked([b]), new FusionWeights(1, 0))).ChunkId);
    }

    private static IReadOnlyList<RankedChunk> Ranked(IEnumerable<Guid> ids) => [.. ids.Select((id, i) => new RankedChunk(id, 100 - i))];
}
