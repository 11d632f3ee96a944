using System.Text;
using Markdig;
using Markdig.Extensions.Tables;
using Markdig.Extensions.Yaml;
using Markdig.Syntax;
using Markdig.Syntax.Inlines;

namespace Convo.Core.Knowledge;

/// <summary>Markdown: its structure is kept, its marks are not.</summary>
internal sealed class MarkdownReader : IDocumentReader
{
    private static readonly MarkdownPipeline Pipeline = new MarkdownPipelineBuilder()
        .UsePipeTables().UseGridTables().UseYamlFrontMatter().UseFootnotes().UseTaskLists().UseAutoLinks().Build();

    public bool CanRead(DetectedType type) => type == FileTypes.Markdown;

    public void Read(ReaderInput input, DocumentBuilder output) => Write(TextDecoder.Decode(input.Bytes.Span), output);

    /// <summary>Adds the blocks of Markdown inside another format.</summary>
    public static void Write(string text, DocumentBuilder output)
    {
        MarkdownDocument document;
        try
        {
            document = Markdown.Parse(text, Pipeline);
        }
        catch (ArgumentException)
        {
            // Markdig refuses documents nested deeper than 128 quotes or lists; their text still counts.
            output.Lines(text, 1);
            return;
        }
        foreach (var block in document)
            Write(block, 0, output);
    }

    private static void Write(Markdig.Syntax.Block block, int listDepth, DocumentBuilder output)
    {
        switch (block)
        {
            case YamlFrontMatterBlock or LinkReferenceDefinitionGroup:
                break;
            case HeadingBlock heading:
                output.Heading(Text(heading.Inline), heading.Level, 1);
                break;
            case ParagraphBlock paragraph when listDepth > 0:
                output.ListItem(Text(paragraph.Inline), listDepth, 1);
                break;
            case ParagraphBlock paragraph:
                output.Paragraph(Text(paragraph.Inline), 1);
                break;
            case CodeBlock code:
                output.Code(code.Lines.ToString(), 1);
                break;
            case HtmlBlock html:
                HtmlReader.ReadFragment(html.Lines.ToString(), output);
                break;
            case Table table:
                output.Table(table.OfType<TableRow>().Select(row => (IReadOnlyList<string>)row.OfType<TableCell>().Select(CellText).ToList()).ToList(), 1);
                break;
            case ContainerBlock container:
                foreach (var child in container)
                    Write(child, listDepth + (container is ListBlock ? 1 : 0), output);
                break;
        }
    }

    private static string CellText(TableCell cell) =>
        string.Join(' ', cell.Descendants<LeafBlock>().Select(leaf => Text(leaf.Inline)));

    private static string Text(ContainerInline? inlines)
    {
        var text = new StringBuilder();
        foreach (var inline in inlines?.Descendants() ?? [])
        {
            _ = inline switch
            {
                LiteralInline literal => text.Append(literal.Content.AsSpan()),
                CodeInline code => text.Append(code.Content),
                LineBreakInline => text.Append(' '),
                AutolinkInline link => text.Append(link.Url),
                HtmlEntityInline entity => text.Append(entity.Transcoded.AsSpan()),
                _ => text,
            };
        }
        return text.ToString();
    }
}
