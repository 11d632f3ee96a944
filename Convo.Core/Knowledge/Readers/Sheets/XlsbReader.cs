using System.Buffers.Binary;

namespace Convo.Core.Knowledge;

/// <summary>XLSB, Excel's binary workbook ([MS-XLSB]): the parts of an XLSX as streams of records instead of XML.</summary>
internal sealed class XlsbReader : IDocumentReader
{
    private const string Book = "xl/workbook.bin";

    public bool CanRead(DetectedType type) => type == FileTypes.Xlsb;

    public void Read(ReaderInput input, DocumentBuilder output)
    {
        using var parts = new ZipParts(input);
        output.Title = OfficeRelations.Title(parts);
        var book = parts.ReadAll(Book) ?? throw new ExtractionException(ExtractionCodes.Damaged, ExtractionReasons.Damaged);
        var is1904 = BinaryRecords.Of(book).Any(record => record.Id == BinaryRecords.WorkbookProperties && record.Length >= 4 && (record.Bytes(book)[0] & 1) != 0);
        var sheets = BinaryRecords.Of(book).Where(record => record.Id == BinaryRecords.SheetOfBook).Select(record => Sheet(record.Bytes(book))).ToList();
        var relations = OfficeRelations.Of(parts, Book);
        var strings = BinaryRecords.Strings(parts.ReadAll("xl/sharedStrings.bin"));
        var cells = new XlsbCells(strings, XlsbStyles.Load(parts.ReadAll("xl/styles.bin")), new CellFormats(is1904));
        var tables = new SheetTables(output, input.Limits);
        foreach (var (state, relation, name) in sheets)
        {
            tables.Begin(name, isHidden: state != 0);
            var part = relations.FirstOrDefault(candidate => candidate.Id == relation).Target;
            if (part is not null && parts.ReadAll(part) is { } bytes)
            {
                cells.Write(bytes, tables);
                tables.End();
                WriteDrawings(parts, part, output, tables.Page);
            }
            output.PageDone(tables.Page, sheets.Count);
        }
    }

    private static void WriteDrawings(ZipParts parts, string part, DocumentBuilder output, int page)
    {
        var seen = new HashSet<string>(StringComparer.OrdinalIgnoreCase);
        var open = new Queue<string>(OfficeRelations.Of(parts, part).Select(relation => relation.Target));
        while (open.TryDequeue(out var name))
        {
            if (!seen.Add(name) || seen.Count > 1_000 || !name.EndsWith(".xml", StringComparison.OrdinalIgnoreCase))
                continue;
            if (name.Contains("/drawings/", StringComparison.OrdinalIgnoreCase) || name.Contains("/charts/", StringComparison.OrdinalIgnoreCase) || name.Contains("/diagrams/data", StringComparison.OrdinalIgnoreCase))
                output.Lines(string.Join('\n', DrawingText.Of(OfficeRelations.Load(parts, name))), page);
            foreach (var relation in OfficeRelations.Of(parts, name))
                open.Enqueue(relation.Target);
        }
    }

    private static (uint State, string Relation, string Name) Sheet(ReadOnlySpan<byte> record)
    {
        var at = 8;
        var relation = BinaryRecords.WideString(record, ref at);
        return (BinaryPrimitives.ReadUInt32LittleEndian(record), relation, BinaryRecords.WideString(record, ref at));
    }
}
