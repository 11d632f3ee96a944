using Bunit;
using Convo.Core.Knowledge;
using Convo.Web.Components.Chat;

namespace Convo.Tests.Web.Components.Chat;

public sealed class SourcePaneTests : ComponentTest
{
    private const string Page = "Before it.\n\nIn zone B the accommodation allowance is EUR 165 per night; a higher rate needs consent.\n\nAfter it.";

    [Fact]
    public void SourcePane_Citation_MarksTheQuotedWordsInThePassage()
    {
        var citation = Cite("The accommodation  allowance is “EUR 165 per night”");
        var view = Show(citation);

        Assert.Equal("the accommodation allowance is EUR 165 per night", view.Find("mark").TextContent);
        Assert.Equal("p. 12 of 34", view.Find("header .pill").TextContent);
        Assert.Contains("rank 1 · 14.2", view.Find(".why").TextContent, StringComparison.Ordinal);
        Assert.Contains("1st of 2", view.Find(".why").TextContent, StringComparison.Ordinal);
        Assert.Contains("verified", view.Find(".why").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void SourcePane_WordsNotThere_MarksNothingAndSaysSo()
    {
        var view = Show(Cite("words nobody wrote") with { Verified = false });

        Assert.Empty(view.FindAll("mark"));
        Assert.Contains("not found", view.Find(".why").TextContent, StringComparison.Ordinal);
    }

    [Fact]
    public void SourcePane_FileDeleted_SaysSoAndKeepsTheQuote()
    {
        var view = Show(Cite("EUR 165") with { ChunkId = null, AttachmentId = null });

        Assert.Contains("deleted", view.Find(".notice").TextContent, StringComparison.Ordinal);
        Assert.Equal("EUR 165", view.Find("blockquote").TextContent);
    }

    [Fact]
    public void SourcePane_ForeignPassage_SaysSoInsteadOfAnEmptyPane() =>
        Assert.Contains("no longer read it", Show(Cite("EUR 165") with { ChunkId = Guid.Empty }).Find(".notice").TextContent, StringComparison.Ordinal);

    [Fact]
    public void SourcePane_Close_IsTold()
    {
        var closed = false;
        var view = Render<SourcePane>(p => p.Add(x => x.Source, new OpenSource(Guid.Empty, Cite("x"))).Add(x => x.OnClose, () => closed = true));
        view.Find("button[aria-label='Close source']").Click();

        Assert.True(closed);
    }

    [Fact]
    public void Paragraphs_LongPage_FoldsWhatIsFarAway()
    {
        var text = new string('a', 20_000).Replace("aaaaaaaaaa", "aaaaaaaaa ", StringComparison.Ordinal);
        var page = new SourcePage(Guid.Empty, Guid.Empty, "a.txt", null, 1, 1, 1, text, 10_000, 100);

        var length = SourceText.Paragraphs(page, "", out var folded).Sum(paragraph => paragraph.Sum(segment => segment.Text.Length));

        Assert.True(folded);
        Assert.InRange(length, 2 * SourceText.MaxAround, 2 * SourceText.MaxAround + 200);
    }

    [Fact]
    public void Paragraphs_PassageOutsideTheText_DoesNotThrow()
    {
        var page = new SourcePage(Guid.Empty, Guid.Empty, "a.txt", null, 1, 1, 1, "short", 900, 100);

        Assert.Equal("short", string.Concat(SourceText.Paragraphs(page, "x", out _).SelectMany(paragraph => paragraph).Select(segment => segment.Text)));
    }

    private Citation Cite(string quote)
    {
        var chunk = Guid.CreateVersion7(Time.GetUtcNow());
        Knowledge.Pages[chunk] = new SourcePage(chunk, Guid.Empty, "policy.pdf", "4.2 Accommodation", 12, 12, 34, Page, 12, 84);
        var passage = new Passage(1, chunk, Guid.Empty, "policy.pdf", null, 12, 12, 0, 1, "x", 1, 0.9, 1, 14.2, 3, 0.81, null);
        Knowledge.Retrieval = new Retrieval("allowance", [passage], [passage with { ChunkId = Guid.Empty, Score = 0.1, Cut = "no room" }]);
        return new Citation(1, chunk, Guid.Empty, "policy.pdf", 12, 12, quote, Verified: true);
    }

    private IRenderedComponent<SourcePane> Show(Citation citation) => Render<SourcePane>(p => p.Add(x => x.Source, new OpenSource(Guid.Empty, citation)));
}
