using Ganss.Xss;

namespace Convo.Web.Components.Chat.Markdown;

/// <summary>
/// The second lock. The renderers write only escaped text and their own tags; this list is what stands if one of them is wrong.
/// </summary>
internal static class HtmlAllowList
{
    private static readonly HtmlSanitizer Sanitizer = Build();

    // The sanitizer's own writer looks for the neighbours of each node from the first child on: a table of 10,000 rows would take it seconds.
    public static string Apply(string html)
    {
        using var document = Sanitizer.SanitizeDom(html);
        return HtmlText.Of(document.Body!);
    }

    private static HtmlSanitizer Build()
    {
        var sanitizer = new HtmlSanitizer(new HtmlSanitizerOptions
        {
            AllowedTags = new HashSet<string>(StringComparer.OrdinalIgnoreCase)
            {
                "p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "ul", "ol", "li", "blockquote", "pre", "code", "em", "strong", "del", "sub", "sup", "mark",
                "ins", "a", "img", "table", "thead", "tbody", "tr", "th", "td", "div", "span", "button", "input",
            },
            AllowedAttributes = new HashSet<string>(StringComparer.OrdinalIgnoreCase)
            {
                "class", "href", "target", "rel", "src", "alt", "loading", "start", "type", "checked", "disabled", "tabindex", "role",
                "aria-label", "data-cite", "data-copy", "data-highlight",
            },
            AllowedSchemes = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { Uri.UriSchemeHttp, Uri.UriSchemeHttps, Uri.UriSchemeMailto },
            UriAttributes = new HashSet<string>(StringComparer.OrdinalIgnoreCase) { "href", "src" },
        });
        sanitizer.FilterUrl += (_, e) =>
        {
            if (e.Tag.LocalName == "img") e.SanitizedUrl = SafeUrl.ForImage(e.OriginalUrl);
        };
        return sanitizer;
    }
}
