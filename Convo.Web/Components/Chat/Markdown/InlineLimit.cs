using Markdig;
using Markdig.Parsers;
using Markdig.Renderers;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Convo.Web.Components.Chat.Markdown;

/// <summary>
/// Markdig nests every delimiter of a paragraph into the one before it until the paragraph ends, so its work grows with the square of their
/// number. A paragraph with more of them than anyone writes is shown as the text it is.
/// </summary>
internal sealed class InlineLimit : IMarkdownExtension
{
    /// <summary>A table whose every cell is bold has some 1,200 cells before it meets this; the parser needs about 40 ms there.</summary>
    public const int MaxDelimiters = 2_500;

    /// <summary>Blocks in blocks.</summary>
    private const int MaxContainers = 100;

    private const int MaxDefinitions = 1_000;

    public void Setup(MarkdownPipelineBuilder pipeline)
    {
        foreach (var parser in pipeline.BlockParsers.Where(parser => parser is ParagraphBlockParser or HeadingBlockParser))
        {
            parser.Closed += Check;
        }
    }

    public void Setup(MarkdownPipeline pipeline, IMarkdownRenderer renderer) { }

    /// <summary>
    /// Whether a line opens more quotations and lists, one inside the other, than anyone writes, or there are more link definitions:
    /// each that is read moves all lines behind it.
    /// </summary>
    public static bool IsTooMuch(ReadOnlySpan<char> markdown)
    {
        var definitions = 0;
        foreach (var line in markdown.EnumerateLines())
        {
            if (Containers(line) > MaxContainers) return true;
            if (line.TrimStart(' ').StartsWith('[') && line.Contains("]:", StringComparison.Ordinal) && ++definitions > MaxDefinitions) return true;
        }

        return false;
    }

    private static int Containers(ReadOnlySpan<char> line)
    {
        var count = 0;
        for (var i = 0; i < line.Length; i++)
        {
            var c = line[i];
            if (c == '>') count++;
            else if (c is '-' or '+' or '*' or '.' or ')' && i + 1 < line.Length && line[i + 1] is ' ' or '\t') count++;
            else if (c is not (' ' or '\t') && !char.IsAsciiDigit(c)) break;
        }

        return count;
    }

    private static void Check(BlockProcessor processor, Block block)
    {
        if (block is not LeafBlock { ProcessInlines: true } leaf || Delimiters(leaf) <= MaxDelimiters) return;
        leaf.ProcessInlines = false;
        leaf.Inline = new ContainerInline().AppendChild(new LiteralInline(leaf.Lines.ToString()));
    }

    /// <summary>Runs of one character count once, apart from brackets, which never join.</summary>
    private static int Delimiters(LeafBlock leaf)
    {
        var (count, before) = (0, '\0');
        for (var i = 0; i < leaf.Lines.Count; i++)
        {
            foreach (var c in leaf.Lines.Lines[i].Slice.AsSpan())
            {
                if (c is '[' or ']' || (c is '*' or '_' or '~' && c != before)) count++;
                before = c;
            }
        }

        return count;
    }
}
