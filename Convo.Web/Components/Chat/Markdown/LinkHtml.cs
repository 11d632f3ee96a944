using Markdig.Renderers;
using Markdig.Renderers.Html;
using Markdig.Syntax.Inlines;

namespace Convo.Web.Components.Chat.Markdown;

/// <summary>Links open in a new tab; an image from elsewhere becomes a link that has to be clicked; anything else is only its text.</summary>
internal sealed class LinkHtml : HtmlObjectRenderer<LinkInline>
{
    protected override void Write(HtmlRenderer renderer, LinkInline obj)
    {
        var url = obj.GetDynamicUrl?.Invoke() ?? obj.Url;
        if (obj.IsImage && SafeUrl.ForImage(url) is { } source)
        {
            renderer.Write("<img loading=\"lazy\" src=\"").WriteEscapeUrl(source).Write("\" alt=\"");
            WriteText(renderer, obj);
            renderer.Write("\" />");
            return;
        }

        WriteAnchor(renderer, SafeUrl.ForLink(url), () =>
        {
            if (obj.IsImage) renderer.Write("Image: ");
            if (obj.IsImage && obj.FirstChild is null) renderer.WriteEscape(url ?? "");
            renderer.WriteChildren(obj);
        });
    }

    internal static void WriteAnchor(HtmlRenderer renderer, string? href, Action content)
    {
        if (href is not null) renderer.Write("<a target=\"_blank\" rel=\"noopener noreferrer\" href=\"").WriteEscapeUrl(href).Write("\">");
        content();
        if (href is not null) renderer.Write("</a>");
    }

    private static void WriteText(HtmlRenderer renderer, LinkInline obj)
    {
        // Inside an attribute no child may write a tag: not even one of ours.
        var before = renderer.EnableHtmlForInline;
        renderer.EnableHtmlForInline = false;
        foreach (var literal in obj.FindDescendants<LiteralInline>()) renderer.WriteEscape(literal.Content.ToString());
        renderer.EnableHtmlForInline = before;
    }
}

internal sealed class AutolinkHtml : HtmlObjectRenderer<AutolinkInline>
{
    protected override void Write(HtmlRenderer renderer, AutolinkInline obj) =>
        LinkHtml.WriteAnchor(renderer, SafeUrl.ForLink(obj.IsEmail ? "mailto:" + obj.Url : obj.Url), () => renderer.WriteEscape(obj.Url));
}
