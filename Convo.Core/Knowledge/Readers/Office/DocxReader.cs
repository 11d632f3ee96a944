using System.Xml;
using System.Xml.Linq;

namespace Convo.Core.Knowledge;

/// <summary>
/// DOCX (ECMA-376 part 1, WordprocessingML), transitional and strict, read as a stream of the body's children. Element names are
/// compared without their namespace, because the two dialects differ in nothing else that matters here.
/// </summary>
internal sealed class DocxReader : IDocumentReader
{
    private const string DefaultMainPart = "word/document.xml";

    public bool CanRead(DetectedType type) => type == FileTypes.Docx;

    public void Read(ReaderInput input, DocumentBuilder output)
    {
        using var parts = new ZipParts(input);
        var main = OfficeRelations.MainPart(parts) ?? DefaultMainPart;
        var folder = main[..(main.LastIndexOf('/') + 1)];
        output.Title = OfficeRelations.Title(parts);
        var styles = DocxStyles.Load(parts, folder + "styles.xml");
        var notes = DocxNotes.Load(parts, folder);
        var body = new DocxBody(output, styles, notes, HasRenderedBreaks(parts, main));
        foreach (var element in Children(parts, main, "body"))
            body.Write(element);
        body.Finish();
        foreach (var chart in parts.Names.Where(name => name.StartsWith(folder + "charts/chart", StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal))
            output.Lines(ChartText(parts, chart), body.Page);
        if (output.Blocks.Count == 0)
            WriteMargins(parts, folder, body);
    }

    /// <summary>Titles and labels of a chart, which are drawn into the page and not part of its text.</summary>
    private static string ChartText(ZipParts parts, string name)
    {
        using var reader = parts.OpenXml(name)!;
        return string.Join('\n', XElement.Load(reader).Descendants()
            .Where(element => element.Name.LocalName == "t" || (element.Name.LocalName == "v" && element.Ancestors().Any(above => above.Name.LocalName is "strCache" or "tx")))
            .Select(element => element.Value.Trim()).Where(text => text.Length > 0).Distinct(StringComparer.Ordinal));
    }

    /// <summary>Headers and footers repeat on every page and are left out, unless they are all there is.</summary>
    private static void WriteMargins(ZipParts parts, string folder, DocxBody body)
    {
        foreach (var name in parts.Names.Where(name => name.StartsWith(folder + "header", StringComparison.OrdinalIgnoreCase)
            || name.StartsWith(folder + "footer", StringComparison.OrdinalIgnoreCase)).Order(StringComparer.Ordinal))
        {
            using var reader = parts.OpenXml(name)!;
            body.Write(XElement.Load(reader));
        }
    }

    /// <summary>
    /// Word notes where pages broke when it last laid the document out. Where it did, explicit breaks are among them and must not
    /// count twice.
    /// </summary>
    private static bool HasRenderedBreaks(ZipParts parts, string main)
    {
        using var reader = parts.OpenXml(main);
        while (reader?.Read() == true)
        {
            if (reader is { NodeType: XmlNodeType.Element, LocalName: "lastRenderedPageBreak" })
                return true;
        }
        return false;
    }

    /// <summary>The children of the first element called <paramref name="parent"/>, one at a time.</summary>
    private static IEnumerable<XElement> Children(ZipParts parts, string name, string parent)
    {
        using var reader = parts.OpenXml(name)
            ?? throw new ExtractionException(ExtractionCodes.Damaged, ExtractionReasons.Damaged);
        while (reader.LocalName != parent || reader.NodeType != XmlNodeType.Element)
        {
            if (!reader.Read())
                yield break;
        }
        var depth = reader.Depth;
        reader.Read();
        while (!reader.EOF && reader.Depth > depth)
        {
            if (reader.NodeType == XmlNodeType.Element)
                yield return (XElement)XNode.ReadFrom(reader);
            else
                reader.Read();
        }
    }
}
