using AngleSharp.Dom;
using AngleSharp.Html.Parser;

namespace Convo.Tests.Web.Components.Markdown;

/// <summary>What may be in the HTML of an answer, said a second time and apart from the code that makes it.</summary>
internal static class HarmlessHtml
{
    private static readonly HashSet<string> Tags =
    [
        "p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code", "em", "strong", "del", "a", "img",
        "table", "thead", "tbody", "tr", "th", "td", "div", "span", "button", "input",
    ];

    private static readonly HashSet<string> Attributes =
    [
        "class", "href", "target", "rel", "src", "alt", "loading", "start", "type", "checked", "disabled", "tabindex", "role",
        "aria-label", "data-cite", "data-copy", "data-highlight",
    ];

    public static IElement Parse(string html) => new HtmlParser().ParseDocument("<body>" + html).Body!;

    public static void Require(string html)
    {
        var body = Parse(html);
        foreach (var element in body.QuerySelectorAll("*"))
        {
            Assert.True(Tags.Contains(element.LocalName) && element.NamespaceUri == "http://www.w3.org/1999/xhtml", $"<{element.LocalName}> in {html}");
            foreach (var attribute in element.Attributes)
            {
                Assert.True(Attributes.Contains(attribute.Name), $"{attribute.Name} in {html}");
                if (attribute.Name == "href") Assert.Matches("^(https?://|mailto:)", attribute.Value);
                if (attribute.Name == "src") Assert.Matches(@"^/[^/\\]", attribute.Value);
                if (attribute.Name == "target") Assert.Equal(("_blank", "noopener noreferrer"), (attribute.Value, element.GetAttribute("rel")));
            }
        }

        // What a browser writes and reads again is the same tree: nothing waits in a text to become a tag at the second reading.
        Assert.Equal(body.InnerHtml, Parse(body.InnerHtml).InnerHtml);
    }
}
