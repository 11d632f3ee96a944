using Convo.Tests.Fixtures;
using Convo.Web.Components.Chat.Markdown;

namespace Convo.Tests.Web.Components.Markdown;

/// <summary>
/// The kinds of text that cmark's own pathological tests are made of: they make a parser backtrack or nest. Each is rendered, and eight times
/// as much of it may cost eight times the work and something: not sixty-four times.
/// </summary>
public sealed class PathologicalMarkdownTests
{
    private const int Some = 4_000;
    private const int Times = 8;

    /// <summary>Half-way between growing with the text and growing with its square.</summary>
    private const double Most = 24;

    private static readonly Dictionary<string, Func<int, string>> Texts = new()
    {
        ["strong in emphasis"] = n => Repeat("*a **a ", n / 7) + "b" + Repeat(" a** a*", n / 7),
        ["emphasis that closes without opening"] = n => Repeat("a_ ", n / 3),
        ["emphasis that opens without closing"] = n => Repeat("_a ", n / 3),
        ["links that close without opening"] = n => Repeat("a]", n / 2),
        ["links that open without closing"] = n => Repeat("[a", n / 2),
        ["mismatched openers and closers"] = n => Repeat("*a_ ", n / 4),
        ["cmark 389"] = n => Repeat("*a ", n / 6) + Repeat("_a*_ ", n / 10),
        ["openers and closers, a multiple of three"] = n => "a**b" + Repeat("c* ", n / 3),
        ["links and emphasis"] = n => Repeat("[ a_", n / 4),
        ["a bracket before a parenthesis"] = n => "**x [a*b**c*](d)" + Repeat("[ (](", n / 5),
        ["brackets in brackets"] = n => Repeat("[", n / 2) + "a" + Repeat("]", n / 2),
        ["images in images"] = n => Repeat("![", n / 2),
        ["quotations in quotations"] = n => Repeat("> ", n / 2) + "a",
        ["lists in lists"] = n => string.Concat(Enumerable.Range(0, (int)Math.Sqrt(n)).Select(x => new string(' ', 2 * x) + "* a\n")),
        ["backticks of every length"] = n => string.Concat(Enumerable.Range(1, (int)Math.Sqrt(2 * n)).Select(x => "e" + new string('`', x))),
        ["backticks alone"] = n => Repeat("`", n),
        ["references that are not there"] = n => Repeat("[a][b]", n / 6),
        ["definitions that are not used"] = n => string.Concat(Enumerable.Range(0, n / 12).Select(x => $"[{x}]: u{x}\n")),
        ["HTML that does not end"] = n => Repeat("</", n / 2) + Repeat("<!--", n / 4) + Repeat("<?", n / 2),
        ["autolinks that do not end"] = n => Repeat("<http:", n / 6),
        ["bare addresses"] = n => Repeat("www.a.", n / 6) + Repeat("http://", n / 7),
        ["entities that are none"] = n => Repeat("&", n / 2) + Repeat("&#x", n / 6),
        ["escapes"] = n => Repeat("\\", n),
        ["a table of pipes"] = n => Repeat("|", n / 2) + "\n" + Repeat("|-", n / 4) + "\n" + Repeat("|", n / 2),
        ["a table of rows"] = n => "|a|b|\n|-|-|\n" + Repeat("|\n", n / 2),
        ["tildes"] = n => Repeat("~~a ~", n / 5),
        ["citations that are none"] = n => Repeat("[1, 2, ", n / 7),
        ["line ends"] = n => Repeat("a  \n", n / 4),
    };

    private readonly MarkdownService _markdown = new();

    public static TheoryData<string> Kinds => [.. Texts.Keys];

    [Theory]
    [MemberData(nameof(Kinds))]
    public void Render_EightTimesTheText_IsNotSixtyFourTimesTheWork(string kind)
    {
        var (some, more) = (Texts[kind](Some), Texts[kind](Some * Times));
        HarmlessHtml.Require(string.Concat(_markdown.ToBlocks(some)));

        var little = CpuTime.Of(() => Render(some));
        var much = CpuTime.Of(() => Render(more));

        Assert.True(much < little * Most, $"{kind}: {little / 1e6:F1} ms for {some.Length}, {much / 1e6:F1} ms for {more.Length}");
    }

    /// <summary>What a paragraph that is too much for the parser loses is its markup, not its words, and its neighbours lose nothing.</summary>
    [Fact]
    public void ToBlocks_ParagraphOfDelimiters_IsTextBesideLivingMarkup()
    {
        var hostile = Repeat("_a ", InlineLimit.MaxDelimiters + 1);

        var blocks = _markdown.ToBlocks($"**before**\n\n{hostile}\n\n**after**");

        Assert.Equal(["<p><strong>before</strong></p>", $"<p>{hostile.Trim()}</p>", "<p><strong>after</strong></p>"], blocks.Select(block => block.Trim()));
    }

    [Fact]
    public void ToBlocks_TableOfThousandBoldCells_IsATableOfBoldCells()
    {
        var table = "| a | b | c | d |\n|---|---|---|---|\n" + Repeat("| **1** | **2** | **3** | **4** |\n", 250);

        Assert.Equal(1000, HarmlessHtml.Parse(string.Concat(_markdown.ToBlocks(table))).QuerySelectorAll("td > strong").Length);
    }

    /// <summary>Whole, the way a stored answer is drawn, and as the tail of one that is still arriving.</summary>
    private void Render(string text)
    {
        var stream = new StreamingMarkdown(_markdown);
        stream.Append(text);
        stream.Snapshot();
        stream.Complete(null);
    }

    private static string Repeat(string piece, int count) => string.Concat(Enumerable.Repeat(piece, Math.Max(count, 1)));
}
