using System.Globalization;
using Markdig;
using Markdig.Helpers;
using Markdig.Parsers;
using Markdig.Parsers.Inlines;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Syntax.Inlines;

namespace Convo.Web.Components.Chat.Markdown;

/// <summary><c>[2]</c> or <c>[1, 3]</c> in an answer: a chip for each number the answer has a source for, plain text otherwise.</summary>
internal sealed class CitationInline(IReadOnlyList<int> numbers, string text) : LeafInline
{
    public IReadOnlyList<int> Numbers { get; } = numbers;
    public string Text { get; } = text;
}

internal sealed class CitationExtension : IMarkdownExtension
{
    public void Setup(MarkdownPipelineBuilder pipeline) => pipeline.InlineParsers.InsertBefore<LinkInlineParser>(new CitationParser());

    public void Setup(MarkdownPipeline pipeline, IMarkdownRenderer renderer) { }
}

internal sealed class CitationParser : InlineParser
{
    private const int MaxLength = 32;

    public CitationParser() => OpeningCharacters = ['['];

    public override bool Match(InlineProcessor processor, ref StringSlice slice)
    {
        List<int> numbers = [];
        var value = -1;
        for (var offset = 1; offset < MaxLength; offset++)
        {
            var c = slice.PeekChar(offset);
            if (char.IsAsciiDigit(c) && value < 100) value = Math.Max(value, 0) * 10 + (c - '0');
            else if (c is ',' or ']' && value > 0)
            {
                numbers.Add(value);
                value = -1;
                // [1](url) and [1]: url are a link and a definition, and stay so.
                if (c == ']') return slice.PeekChar(offset + 1) is not ('(' or ':') && Accept(processor, ref slice, numbers, offset + 1);
            }
            else if (c != ' ' || value > 0) return false;
        }

        return false;
    }

    private static bool Accept(InlineProcessor processor, ref StringSlice slice, List<int> numbers, int length)
    {
        processor.Inline = new CitationInline(numbers, slice.Text.Substring(slice.Start, length));
        slice.Start += length;
        return true;
    }
}

internal sealed class CitationHtml(IReadOnlySet<int> known) : HtmlObjectRenderer<CitationInline>
{
    protected override void Write(HtmlRenderer renderer, CitationInline obj)
    {
        if (!obj.Numbers.All(known.Contains))
        {
            renderer.WriteEscape(obj.Text);
            return;
        }

        foreach (var number in obj.Numbers)
        {
            var n = number.ToString(CultureInfo.InvariantCulture);
            renderer.Write($"""<button type="button" class="cite" data-cite="{n}" aria-label="Source {n}">{n}</button>""");
        }
    }
}
