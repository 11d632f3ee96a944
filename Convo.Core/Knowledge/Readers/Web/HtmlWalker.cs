using System.Text;
using AngleSharp.Dom;

namespace Convo.Core.Knowledge;

/// <summary>Walks a page's elements and writes blocks.</summary>
internal sealed class HtmlWalker(DocumentBuilder output, int page = 1)
{
    // Deeper pages are generated, not written; the rest of the branch is read as plain text.
    private const int MaxDepth = 400;

    private readonly StringBuilder _inline = new();
    private int _listDepth;
    private bool _inItem;

    public void Walk(IElement root)
    {
        WalkChildren(root, 0);
        Flush();
    }

    private void WalkChildren(INode parent, int depth)
    {
        for (var node = parent.FirstChild; node is not null; node = node.NextSibling)
        {
            if (node is IText text)
                _inline.Append(text.Data);
            else if (node is IElement element && !IsHidden(element))
                WalkElement(element, depth + 1);
        }
    }

    private void WalkElement(IElement element, int depth)
    {
        if (depth > MaxDepth)
        {
            _inline.Append(' ').Append(HtmlText.Of(element)).Append(' ');
            return;
        }
        switch (element.LocalName)
        {
            case "h1" or "h2" or "h3" or "h4" or "h5" or "h6":
                Flush();
                output.Heading(HtmlText.Of(element), element.LocalName[1] - '0', page);
                break;
            case "br":
                _inline.Append('\n');
                break;
            case "img":
                _inline.Append(' ').Append(element.GetAttribute("alt")).Append(' ');
                break;
            case "pre":
                Flush();
                output.Code(HtmlText.Of(element), page);
                break;
            case "table":
                Flush();
                if (!HtmlTable.TryWrite(element, output, page))
                    Block(element, depth);
                break;
            case "ul" or "ol" or "dl":
                Flush();
                _listDepth++;
                Block(element, depth);
                _listDepth--;
                break;
            case "li" or "dd":
                Item(element, depth);
                break;
            default:
                if (IsBlock(element.LocalName))
                    Block(element, depth);
                else
                    WalkChildren(element, depth);
                break;
        }
    }

    private void Block(IElement element, int depth)
    {
        Flush();
        WalkChildren(element, depth);
        Flush();
    }

    private void Item(IElement element, int depth)
    {
        Flush();
        _inItem = true;
        WalkChildren(element, depth);
        Flush();
        _inItem = false;
    }

    private void Flush()
    {
        var text = _inline.ToString();
        _inline.Clear();
        if (_inItem)
            output.ListItem(text, _listDepth, page);
        else
            output.Paragraph(text, page);
    }

    public static bool IsHidden(IElement element) =>
        element.LocalName is "script" or "style" or "nav" or "template" or "noscript" or "head" or "svg" or "math" or "iframe" or "object"
            or "embed" or "canvas" or "audio" or "video" or "select" or "button" or "input" or "textarea" or "dialog" or "link" or "meta"
        || element.HasAttribute("hidden")
        || element.GetAttribute("style")?.Replace(" ", "", StringComparison.Ordinal) is { } style
            && (style.Contains("display:none", StringComparison.OrdinalIgnoreCase) || style.Contains("visibility:hidden", StringComparison.OrdinalIgnoreCase));

    private static bool IsBlock(string name) => name is "p" or "div" or "section" or "article" or "main" or "header" or "footer" or "aside"
        or "blockquote" or "figure" or "figcaption" or "address" or "details" or "summary" or "dt" or "hr" or "form" or "fieldset"
        or "center" or "body" or "tbody" or "thead" or "tfoot" or "tr" or "td" or "th" or "caption" or "legend" or "hgroup" or "menu";
}
