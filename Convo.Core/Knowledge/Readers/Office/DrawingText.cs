using System.Xml.Linq;

namespace Convo.Core.Knowledge;

/// <summary>Text in DrawingML: shapes, charts, diagrams. One string a paragraph.</summary>
internal static class DrawingText
{
    public static IReadOnlyList<string> Of(XElement? root)
    {
        if (root is null)
            return [];
        var paragraphs = root.Descendants().Where(element => element.Name.LocalName == "p" && !InFallback(element)).Select(Paragraph);
        // Labels of a chart are kept as a copy of the cells they come from.
        var labels = root.Descendants().Where(element => element.Name.LocalName == "v" && element.Ancestors().Any(above => above.Name.LocalName is "strCache" or "tx"))
            .Select(element => element.Value);
        return [.. paragraphs.Concat(labels).Select(text => text.Trim()).Where(text => text.Length > 0).Distinct(StringComparer.Ordinal)];
    }

    public static string Paragraph(XElement paragraph) => string.Concat(paragraph.Descendants().Select(element => element.Name.LocalName switch
    {
        "t" => element.Value,
        "br" => "\n",
        "tab" when element.Parent?.Name.LocalName != "tabLst" => "\t",
        _ => "",
    }));

    private static bool InFallback(XElement element) => element.Ancestors().Any(above => above.Name.LocalName == "Fallback");
}
