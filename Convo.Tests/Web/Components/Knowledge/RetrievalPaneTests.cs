using Bunit;
using Convo.Core.Knowledge;
using Convo.Web.Components.Knowledge;

namespace Convo.Tests.Web.Components.Knowledge;

public sealed class RetrievalPaneTests : ComponentTest
{
    private static readonly Guid First = new("0198c5a0-0000-7000-8000-000000000001");
    private static readonly Guid Second = new("0198c5a0-0000-7000-8000-000000000002");

    [Fact]
    public void Pane_OfAnAnswer_ShowsBothRanksAndWhatWasLeftOut()
    {
        Knowledge.Retrieval = new Retrieval("allowance for managers", [Found(First, 1, 1)], [Found(Second, 0, 2) with { Cut = "Says the same as passage 1" }])
        {
            Question = "And for managers?", Weights = new FusionWeights(1, 0.01),
        };

        var view = Show();

        Assert.Contains("made from “And for managers?”", view.Find(".query").TextContent, StringComparison.Ordinal);
        Assert.Contains("Words 1 · 14.2", view.FindAll(".facts")[0].TextContent, StringComparison.Ordinal);
        Assert.Contains("Meaning 3 · 0.81", view.FindAll(".facts")[0].TextContent, StringComparison.Ordinal);
        Assert.Contains("Fused 1", view.FindAll(".facts")[0].TextContent, StringComparison.Ordinal);
        Assert.Contains("Says the same", view.Find(".cut").TextContent, StringComparison.Ordinal);
        Assert.Empty(view.FindAll("form"));
    }

    [Fact]
    public void Pane_OfAnAnswerThatSearchedNothing_SaysWhy() =>
        Assert.Contains("no files and no collection", Show().Find(".hint").TextContent, StringComparison.Ordinal);

    [Fact]
    public void List_ComparedWithTheAnswersOwn_SaysWhatMoved()
    {
        var before = new Retrieval("q", [Found(First, 1, 1)], [Found(Second, 0, 2)]);
        var after = new Retrieval("q", [Found(Second, 1, 1)], [Found(First, 0, 2)]);

        var view = Render<RetrievalList>(p => p.Add(x => x.Retrieval, after).Add(x => x.Before, before));

        Assert.Equal(["was left out", "was [1]"], view.FindAll(".change").Select(c => c.TextContent));
    }

    private static Passage Found(Guid chunk, int number, int rank) =>
        new(number, chunk, Guid.Empty, "policy.pdf", null, 12, 12, 0, 1, "x", 1, 0.0164, 1, 14.2, 3, 0.81, null) { FusedRank = rank };

    private IRenderedComponent<RetrievalPane> Show() => Render<RetrievalPane>(p => p.Add(x => x.MessageId, First));
}
