using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Syntax;

namespace Convo.Web.Components.Chat.Markdown;

/// <summary>
/// A code block with its language and a copy button. The server writes the frame, so the browser's highlighter has to touch only the
/// innermost element, and only once the fence is closed (<c>data-highlight</c>).
/// </summary>
internal sealed class CodeBlockHtml : HtmlObjectRenderer<CodeBlock>
{
    private const int MaxLanguageLength = 24;

    protected override void Write(HtmlRenderer renderer, CodeBlock obj)
    {
        var language = Language(obj as FencedCodeBlock);
        var closed = obj is not FencedCodeBlock fence || fence.ClosingFencedCharCount > 0;
        renderer.Write("""<div class="code"><div class="code-head"><span>""").WriteEscape(language.Length > 0 ? language : "text");
        renderer.Write("""</span><button type="button" class="copy" data-copy="code" aria-label="Copy code">""");
        renderer.Write("""<span class="when-idle">Copy</span><span class="when-copied">Copied</span></button></div><pre tabindex="0"><code""");
        if (closed && language.Length > 0) renderer.Write(" data-highlight=\"").WriteEscape(language).Write('"');
        renderer.Write('>');
        renderer.WriteLeafRawLines(obj, writeEndOfLines: true, escape: true);
        renderer.Write("</code></pre></div>");
    }

    private static string Language(FencedCodeBlock? fence)
    {
        var info = fence?.Info ?? "";
        return info.Length <= MaxLanguageLength && info.All(c => char.IsAsciiLetterOrDigit(c) || c is '+' or '#' or '-' or '.' or '_') ? info : "";
    }
}
