using System.Xml;

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
        if (!input.Bytes.Span.StartsWith("PK"u8))
        {
            WordXml.Read(input, output);
            return;
        }
        using var parts = new ZipParts(input);
        var main = OfficeRelations.MainPart(parts) ?? DefaultMainPart;
        var folder = main[..(main.LastIndexOf('/') + 1)];
        output.Title = OfficeRelations.Title(parts);
        var styles = DocxStyles.Load(parts, folder + "styles.xml");
        var notes = DocxNotes.Load(parts, folder);
        var body = new DocxBody(output, styles, notes, HasRenderedBreaks(parts, main));
        using (var reader = parts.OpenXml(main) ?? throw new ExtractionException(ExtractionCodes.Damaged, ExtractionReasons.Damaged))
        {
            foreach (var element in SafeXml.ChildrenOf(reader, "body"))
                body.Write(element);
        }
        body.Finish();
        DocxExtras.Write(parts, folder, output, body.Page);
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
}
