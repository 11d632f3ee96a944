using System.Net;
using Markdig;
using Markdig.Extensions.EmphasisExtras;
using Markdig.Extensions.Tables;
using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Renderers.Html.Inlines;
using Markdig.Syntax;

namespace Convo.Web.Components.Chat.Markdown;

/// <summary>
/// Markdown of a model to safe HTML, one string for each top-level block. A block whose string did not change is not sent again,
/// so a streaming answer and the whole parse at its end share their elements.
/// </summary>
internal sealed class MarkdownService
{
    /// <summary>Above this an answer is shown as plain text: parsing must stay far below the repaint interval.</summary>
    public const int MaxLength = 400_000;

    private static readonly IReadOnlySet<int> NoCitations = new HashSet<int>();

    private readonly MarkdownPipeline _pipeline = new MarkdownPipelineBuilder()
        .UsePipeTables()
        .UseTaskLists()
        .UseAutoLinks()
        .UseEmphasisExtras(EmphasisExtraOptions.Strikethrough)
        .Use<CitationExtension>()
        .Use<InlineLimit>()
        .UsePreciseSourceLocation()
        .DisableHtml()
        .Build();

    public IReadOnlyList<string> ToBlocks(string markdown, IReadOnlySet<int>? citations = null) =>
        Parse(markdown) is { } document ? [.. document.Select(block => Render(block, markdown, citations))] : [PlainText(markdown)];

    /// <summary>Null when the text is too long or nested too deep.</summary>
    public MarkdownDocument? Parse(string markdown)
    {
        if (markdown.Length > MaxLength || InlineLimit.IsTooMuch(markdown)) return null;
        try
        {
            return Markdig.Markdown.Parse(markdown, _pipeline);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    /// <param name="source">What the block was parsed from.</param>
    public string Render(Block block, string source, IReadOnlySet<int>? citations)
    {
        try
        {
            return HtmlAllowList.Apply(Write(block, citations));
        }
        catch (Exception e) when (e is InsufficientExecutionStackException or ArgumentException)
        {
            // Thousands of open brackets pass the parser and are too deep for its renderer, which says so in one of these two ways.
            return PlainText(source.Substring(block.Span.Start, Math.Min(block.Span.Length, source.Length - block.Span.Start)));
        }
    }

    public static string PlainText(string text) => $"""<p class="plain">{WebUtility.HtmlEncode(text)}</p>""";

    private string Write(Block block, IReadOnlySet<int>? citations)
    {
        using var writer = new StringWriter();
        var renderer = new HtmlRenderer(writer);
        _pipeline.Setup(renderer);
        renderer.ObjectRenderers.ReplaceOrAdd<CodeBlockRenderer>(new CodeBlockHtml());
        renderer.ObjectRenderers.ReplaceOrAdd<LinkInlineRenderer>(new LinkHtml());
        renderer.ObjectRenderers.ReplaceOrAdd<AutolinkInlineRenderer>(new AutolinkHtml());
        renderer.ObjectRenderers.ReplaceOrAdd<HtmlTableRenderer>(new TableHtml());
        renderer.ObjectRenderers.Add(new CitationHtml(citations ?? NoCitations));
        renderer.Render(block);
        return writer.ToString();
    }
}
