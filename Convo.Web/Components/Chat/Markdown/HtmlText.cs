using System.Runtime.CompilerServices;
using System.Text;
using AngleSharp.Dom;

namespace Convo.Web.Components.Chat.Markdown;

/// <summary>A tree of elements as HTML, in one walk (WHATWG HTML, "Serializing HTML fragments"). Comments and whatever else is neither element nor text is left out.</summary>
internal static class HtmlText
{
    public static string Of(INode parent)
    {
        var html = new StringBuilder();
        WriteChildren(html, parent);
        return html.ToString();
    }

    private static void WriteChildren(StringBuilder html, INode parent)
    {
        RuntimeHelpers.EnsureSufficientExecutionStack();
        foreach (var child in parent.ChildNodes)
        {
            if (child is IText text) Escape(html, text.Data);
            else if (child is IElement element) Write(html, element);
        }
    }

    private static void Write(StringBuilder html, IElement element)
    {
        html.Append('<').Append(element.LocalName);
        foreach (var attribute in element.Attributes)
        {
            html.Append(' ').Append(attribute.Name).Append("=\"");
            Escape(html, attribute.Value);
            html.Append('"');
        }

        html.Append('>');
        if (element.LocalName is "br" or "hr" or "img" or "input") return;
        WriteChildren(html, element);
        html.Append("</").Append(element.LocalName).Append('>');
    }

    private static void Escape(StringBuilder html, string text)
    {
        foreach (var c in text)
        {
            switch (c)
            {
                case '&': html.Append("&amp;"); break;
                case '<': html.Append("&lt;"); break;
                case '>': html.Append("&gt;"); break;
                case '"': html.Append("&quot;"); break;
                case '\u00A0': html.Append("&nbsp;"); break;
                default: html.Append(c); break;
            }
        }
    }
}
