using System.Xml;
using System.Xml.Linq;
using DocumentFormat.OpenXml.Packaging;

namespace Convo.Core.Knowledge;

/// <summary>
/// XLSX, XLSM and their templates (ECMA-376 part 1, SpreadsheetML), transitional and strict. The Open XML SDK finds the parts; sheets
/// are read as a stream. A sheet is a page.
/// </summary>
internal sealed class XlsxReader : IDocumentReader
{
    public bool CanRead(DetectedType type) => type == FileTypes.Xlsx;

    public void Read(ReaderInput input, DocumentBuilder output)
    {
        // Counted and summed before anything is unpacked.
        using (var parts = new ZipParts(input))
            output.Title = OfficeRelations.Title(parts);
        using var package = OpenParts.Package(input);
        using var document = SpreadsheetDocument.Open(package);
        var book = document.WorkbookPart ?? throw new ExtractionException(ExtractionCodes.Damaged, ExtractionReasons.Damaged);
        var root = OpenParts.Load(book);
        var formats = XlsxStyles.Load(book, root.Child("workbookPr")?.Attr("date1904") is "1" or "true");
        var strings = XlsxStrings.Load(book.SharedStringTablePart, input.Limits);
        var names = XlsxNames.Of(root);
        var tables = new SheetTables(output, input.Limits);
        var sheets = root.Child("sheets")?.Elements().ToList() ?? [];
        foreach (var sheet in sheets)
        {
            var name = sheet.Attr("name") ?? "Sheet";
            tables.Begin(name, isHidden: sheet.Attr("state") is "hidden" or "veryHidden");
            if (OpenParts.Find(book, RelationId(sheet)) is { } part)
            {
                if (part is WorksheetPart)
                    XlsxSheet.Write(part, strings, formats, tables);
                tables.End();
                XlsxExtras.Write(part, names[name], output, tables.Page);
            }
            output.PageDone(tables.Page, sheets.Count);
        }
    }

    // The sheet's own "sheetId" is another thing: the relation's id has a namespace.
    private static string? RelationId(XElement sheet) =>
        sheet.Attributes().FirstOrDefault(attribute => attribute.Name.LocalName == "id" && attribute.Name.Namespace != XNamespace.None)?.Value;
}
