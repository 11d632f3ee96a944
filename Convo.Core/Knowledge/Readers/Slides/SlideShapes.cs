using System.Globalization;
using System.Xml.Linq;

namespace Convo.Core.Knowledge;

/// <summary>Writes a slide's shapes: the title first, the others in the order in which they were put on the slide.</summary>
internal sealed class SlideShapes(DocumentBuilder output, int page)
{
    private const int MaxDepth = 64;

    public static string? PlaceholderOf(XElement shape) =>
        shape.Elements().FirstOrDefault(child => child.Name.LocalName is "nvSpPr" or "nvGraphicFramePr" or "nvPicPr")?.Child("nvPr")?.Child("ph") is { } placeholder
            ? placeholder.Attr("type") ?? "obj"
            : null;

    public void Write(XElement? tree, string? mark)
    {
        var shapes = Visible(tree).ToList();
        var title = shapes.FirstOrDefault(IsTitle);
        var text = title is null ? "" : string.Join(' ', DrawingText.Of(title.Child("txBody")));
        if (mark is not null)
            output.Heading(text.Length > 0 ? $"{text} (hidden slide)" : mark, 1, page);
        else
            output.Heading(text, 1, page);
        foreach (var shape in shapes.Where(shape => shape != title))
            WriteShape(shape, 0);
    }

    private void WriteShape(XElement shape, int depth)
    {
        if (depth > MaxDepth)
            throw new ExtractionException(ExtractionCodes.Damaged, ExtractionReasons.TooDeep);
        switch (shape.Name.LocalName)
        {
            case "sp" or "cxnSp" when PlaceholderOf(shape) is not ("sldNum" or "dt" or "ftr"):
                WriteText(shape.Child("txBody"), isBody: PlaceholderOf(shape) is "body" or "obj" or "half");
                break;
            case "grpSp":
                foreach (var child in Visible(shape))
                    WriteShape(child, depth + 1);
                break;
            case "graphicFrame":
                foreach (var table in shape.Descendants().Where(element => element.Name.LocalName == "tbl"))
                    output.Table([.. table.Elements().Where(row => row.Name.LocalName == "tr").Select(Cells)], page);
                break;
            case "pic":
                // What whoever made the slide wrote about the picture, for those who cannot see it.
                output.Paragraph(Described(shape), page);
                break;
        }
    }

    private void WriteText(XElement? body, bool isBody)
    {
        foreach (var paragraph in body?.Elements().Where(element => element.Name.LocalName == "p") ?? [])
        {
            var text = DrawingText.Paragraph(paragraph);
            var properties = paragraph.Child("pPr");
            var level = int.TryParse(properties?.Attr("lvl"), NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? given + 1 : 1;
            var bullet = properties?.Elements().Any(element => element.Name.LocalName is "buChar" or "buAutoNum" or "buBlip") == true;
            if (bullet || level > 1 || (isBody && properties?.Child("buNone") is null && body!.Elements().Count(element => element.Name.LocalName == "p") > 1))
                output.ListItem(text, level, page);
            else
                output.Lines(text, page);
        }
    }

    private static List<string> Cells(XElement row) => row.Elements().Where(cell => cell.Name.LocalName == "tc")
        .Select(cell => string.Join(' ', DrawingText.Of(cell.Child("txBody")))).ToList();

    private static string Described(XElement picture)
    {
        var text = picture.Child("nvPicPr")?.Child("cNvPr")?.Attr("descr") ?? "";
        // A file's name or address is no description.
        return text.Contains(' ', StringComparison.Ordinal) && !text.Contains("://", StringComparison.Ordinal) ? text : "";
    }

    private static bool IsTitle(XElement shape) => shape.Name.LocalName == "sp" && PlaceholderOf(shape) is "title" or "ctrTitle";

    /// <summary>Shapes, alternatives resolved: newer content with its older fallback counts once.</summary>
    private static IEnumerable<XElement> Visible(XElement? tree) => tree is null ? [] : DocxRuns.Visible(tree);
}
