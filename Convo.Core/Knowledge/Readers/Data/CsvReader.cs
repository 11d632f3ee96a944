namespace Convo.Core.Knowledge;

/// <summary>CSV, TSV and their kin, in any encoding: tables that repeat their header wherever they are cut.</summary>
internal sealed class CsvReader : IDocumentReader
{
    public bool CanRead(DetectedType type) => type == FileTypes.Csv;

    public void Read(ReaderInput input, DocumentBuilder output)
    {
        var text = TextDecoder.Decode(input.Bytes.Span);
        var delimiter = DelimitedText.Delimiter(text, out var start);
        var tables = new SheetTables(output, input.Limits);
        tables.Begin("", isHidden: false);
        var row = 0;
        foreach (var fields in DelimitedText.Rows(text, delimiter, start))
            tables.Add(++row, [.. fields.Index().Select(field => new SheetCell(field.Index + 1, field.Item))]);
        tables.End();
    }
}
