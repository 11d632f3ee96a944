using System.Text;
using AngleSharp.Dom;

namespace Convo.Core.Knowledge;

/// <summary>All visible text below an element, found without recursion: how deep it nests is the page's choice.</summary>
internal static class HtmlText
{
    public static string Of(IElement root)
    {
        var text = new StringBuilder();
        for (var node = root.FirstChild; node is not null; node = Next(node, root))
        {
            if (node is IText data)
                text.Append(data.Data);
            else if (node is IElement { LocalName: "br" })
                text.Append('\n');
        }
        return text.ToString();
    }

    /// <summary>The node after <paramref name="node"/> in document order, hidden branches left out; null at the end of <paramref name="root"/>.</summary>
    private static INode? Next(INode node, INode root)
    {
        if (node.FirstChild is { } child && !(node is IElement element && HtmlWalker.IsHidden(element)))
            return child;
        var at = node;
        while (at.NextSibling is null)
        {
            at = at.Parent;
            if (at is null || ReferenceEquals(at, root))
                return null;
        }
        return at.NextSibling;
    }
}
