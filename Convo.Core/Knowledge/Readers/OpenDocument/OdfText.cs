using System.Globalization;
using System.Text;
using System.Xml.Linq;

namespace Convo.Core.Knowledge;

/// <summary>The visible text of an OpenDocument paragraph.</summary>
internal static class OdfText
{
    private const int MaxDepth = 200;
    private const int MaxSpaces = 1_000;

    public static string Of(XElement paragraph)
    {
        var text = new StringBuilder();
        Add(paragraph, text, 0);
        return text.ToString();
    }

    /// <summary>Notes, comments and frames in a paragraph, outermost only.</summary>
    public static IEnumerable<XElement> Attached(XElement paragraph) =>
        paragraph.Elements().SelectMany(child => IsAttached(child) ? [child] : child.Name.LocalName is "deletion" ? [] : Attached(child));

    private static bool IsAttached(XElement element) => element.Name.LocalName is "note" or "annotation" or "frame" or "text-box" or "custom-shape" or "rect" or "g";

    private static void Add(XElement element, StringBuilder text, int depth)
    {
        if (depth > MaxDepth)
            throw new ExtractionException(ExtractionCodes.Damaged, ExtractionReasons.TooDeep);
        foreach (var node in element.Nodes())
        {
            if (node is XText run)
                // White space in the file is layout; spaces that count are elements.
                text.Append(run.Value.ReplaceLineEndings(" "));
            else if (node is XElement child && !IsAttached(child))
                AddElement(child, text, depth);
        }
    }

    private static void AddElement(XElement child, StringBuilder text, int depth)
    {
        switch (child.Name.LocalName)
        {
            case "s":
                text.Append(' ', int.TryParse(child.Attr("c"), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? Math.Clamp(count, 1, MaxSpaces) : 1);
                break;
            case "tab":
                text.Append('\t');
                break;
            case "line-break":
                text.Append('\n');
                break;
            case "ruby-text" or "script" or "tracked-changes" or "hidden-text":
                break;
            default:
                Add(child, text, depth + 1);
                break;
        }
    }
}
