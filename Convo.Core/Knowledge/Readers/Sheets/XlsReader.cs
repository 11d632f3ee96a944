using System.Globalization;
using ExcelDataReader;
using ExcelDataReader.Exceptions;

namespace Convo.Core.Knowledge;

/// <summary>XLS of Excel 2 to 2003, by ExcelDataReader; and the XML that Excel 2003 wrote under the same name.</summary>
internal sealed class XlsReader : IDocumentReader
{
    public bool CanRead(DetectedType type) => type == FileTypes.Xls;

    public void Read(ReaderInput input, DocumentBuilder output)
    {
        var tables = new SheetTables(output, input.Limits);
        if (input.Bytes.Span[0] is (byte)'<' or 0xEF or 0xFF or 0xFE || char.IsWhiteSpace((char)input.Bytes.Span[0]))
        {
            SpreadsheetXml.Write(input, tables);
            return;
        }
        System.Text.Encoding.RegisterProvider(System.Text.CodePagesEncodingProvider.Instance);
        using var reader = Open(input);
        var formats = new CellFormats(is1904: false);
        do
        {
            tables.Begin(reader.Name ?? "Sheet", isHidden: reader.VisibleState is "hidden" or "veryhidden");
            for (var row = 1; reader.Read(); row++)
                tables.Add(row, Cells(reader, formats));
            tables.End();
            output.PageDone(tables.Page, reader.ResultsCount);
        }
        while (reader.NextResult());
    }

    private static IExcelDataReader Open(ReaderInput input)
    {
        try
        {
            return ExcelReaderFactory.CreateBinaryReader(input.OpenStream());
        }
        catch (InvalidPasswordException failure)
        {
            throw new ExtractionException(ExtractionCodes.Encrypted, ExtractionReasons.Encrypted, failure);
        }
    }

    private static List<SheetCell> Cells(IExcelDataReader reader, CellFormats formats)
    {
        var cells = new List<SheetCell>();
        for (var i = 0; i < reader.FieldCount; i++)
        {
            if (reader.GetValue(i) is { } value)
                cells.Add(new SheetCell(i + 1, Text(value, reader.GetNumberFormatString(i), reader.GetNumberFormatIndex(i), formats)));
        }
        return cells;
    }

    private static string Text(object value, string? code, int index, CellFormats formats)
    {
        var format = CellFormats.BuiltInCode(index) ?? code;
        return value switch
        {
            string text => text,
            bool flag => flag ? "TRUE" : "FALSE",
            DateTime date => formats.Show(date.ToOADate(), format),
            TimeSpan span => formats.Show(span.TotalDays, format),
            double number => formats.Show(number, format),
            int number => formats.Show(number, format),
            _ => Convert.ToString(value, CultureInfo.InvariantCulture) ?? "",
        };
    }
}
