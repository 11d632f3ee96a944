using AngleSharp.Html.Parser;
using Convo.Web.Components.Chat.Markdown;

namespace Convo.Tests.Web.Components.Markdown;

public sealed class StreamingMarkdownTests
{
    private const string Sample = """
        # A title

        Some **bold** and *leaning* words, `code`, a [link](https://example.org/a_b) and ~~old~~ text.
        A second line with snake_case_words and 2 * 3 * 4.

        - one
        - two **strong**
          - nested `x`
        - three

        1. first
        2. second

        ```python
        def f(a, b):
            return a ** b  # not **bold**
        ```

        | Item | Limit |
        |:-----|------:|
        | Hotel | €165 |
        | Meals | €58 |

        > Quoted **words**.

        ---

        The end, with a [reference][r].

        [r]: https://example.org/r
        """;

    private readonly MarkdownService _markdown = new();

    [Theory]
    [InlineData(1)]
    [InlineData(4)]
    [InlineData(30)]
    [InlineData(200)]
    public void Complete_AnyStep_EqualsWholeParse(int step)
    {
        var stream = Feed(step, _ => { });

        Assert.Equal(_markdown.ToBlocks(Sample), stream.Complete(null));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public void Snapshot_WhileGrowing_NeverShowsHalfMarkdown(int step) => Feed(step, blocks =>
    {
        var dom = new HtmlParser().ParseDocument("<body>" + string.Concat(blocks)).Body!;
        foreach (var code in dom.QuerySelectorAll("code").ToArray()) code.Remove();
        Assert.DoesNotContain("**", dom.TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("`", dom.TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("~~", dom.TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("](", dom.TextContent, StringComparison.Ordinal);
        Assert.DoesNotContain("|", dom.TextContent, StringComparison.Ordinal);
    });

    [Fact]
    public void Snapshot_WhileGrowing_NeverChangesABlockBeforeTheLast()
    {
        IReadOnlyList<string> before = [];
        Feed(1, blocks =>
        {
            Assert.Equal(before.SkipLast(1), blocks.Take(Math.Max(0, before.Count - 1)));
            before = blocks;
        });
    }

    [Fact]
    public void Snapshot_CitationsArriveFirst_AreChipsInTheTail()
    {
        var stream = new StreamingMarkdown(_markdown);
        stream.SetCitations(new HashSet<int> { 1 });
        stream.Append("As the policy says [1]");

        Assert.Contains("data-cite=\"1\"", Assert.Single(stream.Snapshot()), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("some **bo", "some **bo**")]
    [InlineData("some **bold** text", "some **bold** text")]
    [InlineData("some *lean", "some *lean*")]
    [InlineData("a `co", "a `co`")]
    [InlineData("a **", "a")]
    [InlineData("see [the lin", "see the lin")]
    [InlineData("see [the link](https://exa", "see the link")]
    [InlineData("see ![pict", "see ")]
    [InlineData("see [the link](https://example.org)", "see [the link](https://example.org)")]
    [InlineData("text\n-", "text")]
    [InlineData("text\n==", "text")]
    [InlineData("2 * 3", "2 * 3")]
    [InlineData("snake_case", "snake_case")]
    [InlineData("| a | b |", "")]
    [InlineData("| a | b |\n|--", "")]
    [InlineData("```\n**x\n``", "```\n**x\n")]
    public void Close_HalfWrittenTail_IsClosedOrHeldBack(string tail, string closed) => Assert.Equal(closed, OpenMarkdown.Close(tail));

    private StreamingMarkdown Feed(int step, Action<IReadOnlyList<string>> look)
    {
        var stream = new StreamingMarkdown(_markdown);
        for (var i = 0; i < Sample.Length; i += step)
        {
            stream.Append(Sample.Substring(i, Math.Min(step, Sample.Length - i)));
            look(stream.Snapshot());
        }

        return stream;
    }
}
