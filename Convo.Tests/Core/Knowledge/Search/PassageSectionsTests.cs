using Convo.Core.Knowledge;
using Convo.Core.Shared;

namespace Convo.Tests.Core.Knowledge.Search;

public sealed class PassageSectionsTests
{
    private static readonly Guid FileA = TimeProvider.System.NewId();
    private static readonly Guid FileB = TimeProvider.System.NewId();

    [Fact]
    public void Order_OfNeighbours_ReadsThemAsOneSectionWhereTheBestStood()
    {
        var (third, other, second, far) = (At(FileA, 200, 300), At(FileB, 0, 90), At(FileA, 100, 198), At(FileA, 900, 990));

        var ordered = PassageSections.Order([third, other, second, far]);

        Assert.Equal([second.ChunkId, third.ChunkId, other.ChunkId, far.ChunkId], ordered.Select(p => p.ChunkId));
        Assert.Equal([false, true, false, false], ordered.Select(p => p.Continues));
    }

    [Fact]
    public void Order_OfPassagesThatDoNotTouch_KeepsTheirRanks()
    {
        var passages = new[] { At(FileA, 500, 600), At(FileA, 0, 100), At(FileB, 0, 100) };

        Assert.Equal(passages, PassageSections.Order(passages));
    }

    private static Passage At(Guid file, int start, int end) =>
        new(0, TimeProvider.System.NewId(), file, "a.pdf", null, 1, 1, start, end, new string('x', end - start), 20, 1, 1, 1, null, null, null);
}
