using System.Text.RegularExpressions;
using System.Xml.Linq;
using DocumentFormat.OpenXml.Packaging;

namespace Convo.Core.Knowledge;

/// <summary>What lies on and around a sheet besides its cells: named ranges, comments, text boxes, charts, headers, embedded files.</summary>
internal static partial class XlsxExtras
{
    public static void Write(OpenXmlPart sheet, IEnumerable<string> names, DocumentBuilder output, int page)
    {
        var ranges = names.Concat(sheet.Parts.Select(pair => pair.OpenXmlPart).OfType<TableDefinitionPart>()
            .Select(OpenParts.TryLoad).OfType<XElement>().Select(table => $"{table.Attr("displayName") ?? table.Attr("name")} = {table.Attr("ref")}")).ToList();
        if (ranges.Count > 0)
            output.Lines("Named ranges: " + string.Join("; ", ranges), page);
        foreach (var part in OpenParts.Below(sheet))
            WritePart(part, output, page);
        foreach (var text in sheet is WorksheetPart or ChartsheetPart ? Margins(sheet) : [])
            output.Paragraph(text, page);
    }

    private static void WritePart(OpenXmlPart part, DocumentBuilder output, int page)
    {
        switch (part)
        {
            case WorksheetCommentsPart or WorksheetThreadedCommentsPart:
                foreach (var comment in Comments(OpenParts.TryLoad(part)))
                    output.Lines(comment, page);
                break;
            case DrawingsPart or ChartDrawingPart or DiagramDataPart or ChartPart or ExtendedChartPart:
                output.Lines(string.Join('\n', DrawingText.Of(OpenParts.TryLoad(part))), page);
                break;
            case EmbeddedPackagePart when !part.GetParentParts().Any(parent => parent is ChartPart):
                output.Nested?.Read(Path.GetFileName(part.Uri.ToString()), OpenParts.Bytes(part), page);
                break;
        }
    }

    private static IEnumerable<string> Comments(XElement? root)
    {
        var authors = root?.Child("authors")?.Elements().Select(author => author.Value).ToList() ?? [];
        foreach (var comment in root?.Descendants().Where(element => element.Name.LocalName is "comment" or "threadedComment") ?? [])
        {
            var text = comment.Child("text") is { } body ? body.Name.LocalName == "text" && body.HasElements ? XlsxStrings.TextOf(body) : body.Value : "";
            var author = int.TryParse(comment.Attr("authorId"), out var id) && id >= 0 && id < authors.Count ? authors[id] : "";
            // Excel repeats threaded comments as plain ones for older programs, with a note about it.
            if (text.Length > 0 && !text.StartsWith("[Threaded comment]", StringComparison.Ordinal))
                yield return $"Comment on {comment.Attr("ref")}{(author.Length > 0 && !text.StartsWith(author, StringComparison.Ordinal) ? $" ({author})" : "")}: {text}";
        }
    }

    /// <summary>Texts printed above and below a sheet, without their codes for fonts, dates and page numbers.</summary>
    private static IEnumerable<string> Margins(OpenXmlPart sheet)
    {
        using var reader = OpenParts.Xml(sheet);
        var texts = new List<string>();
        while (reader.Read())
        {
            if (reader is { NodeType: System.Xml.XmlNodeType.Element, LocalName: "oddHeader" or "oddFooter" or "evenHeader" or "evenFooter" or "firstHeader" or "firstFooter" })
                texts.Add(Codes().Replace(reader.ReadElementContentAsString(), " "));
        }
        return texts.Where(text => text.Any(char.IsLetter)).Distinct(StringComparer.Ordinal);
    }

    [GeneratedRegex("&(\"[^\"]{0,100}\"|[0-9]{1,3}|K[0-9A-Fa-f]{6}|K[0-9]{2}[+-][0-9]{3}|[A-JL-Za-z])", RegexOptions.NonBacktracking)]
    private static partial Regex Codes();
}
