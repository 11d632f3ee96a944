using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace Convo.Core.Knowledge;

/// <summary>The XML spreadsheet of Excel 2002 and 2003 ("XMLSS"), which many programs still write and call .xls.</summary>
internal static class SpreadsheetXml
{
    public static void Write(ReaderInput input, SheetTables tables)
    {
        using var reader = XmlReader.Create(input.OpenStream(), SafeXml.Settings);
        foreach (var sheet in SafeXml.ChildrenOf(reader, "Workbook").Where(element => element.Name.LocalName == "Worksheet"))
        {
            tables.Begin(sheet.Attr("Name") ?? "Sheet", isHidden: sheet.Descendants().Any(element => element.Name.LocalName == "Visible" && element.Value == "SheetHidden"));
            var number = 0;
            foreach (var row in sheet.Child("Table")?.Elements().Where(element => element.Name.LocalName == "Row") ?? [])
            {
                number = Math.Max(number + 1, Index(row));
                tables.Add(number, Cells(row));
            }
        }
        tables.End();
    }

    private static List<SheetCell> Cells(XElement row)
    {
        var cells = new List<SheetCell>();
        var column = 0;
        foreach (var cell in row.Elements().Where(element => element.Name.LocalName == "Cell"))
        {
            column = Math.Max(column + 1, Index(cell));
            cells.Add(new SheetCell(column, Text(cell.Child("Data"))));
            column += int.TryParse(cell.Attr("MergeAcross"), out var across) ? Math.Clamp(across, 0, 16_384) : 0;
        }
        return cells;
    }

    private static string Text(XElement? data) => data switch
    {
        null => "",
        _ when data.Attr("Type") == "DateTime" && data.Value is { Length: >= 19 } stamp => stamp.Replace("T00:00:00.000", "", StringComparison.Ordinal),
        _ when data.Attr("Type") == "Number" && double.TryParse(data.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) => CellFormats.General(number),
        _ => data.Value,
    };

    private static int Index(XElement element) => int.TryParse(element.Attr("Index"), NumberStyles.None, CultureInfo.InvariantCulture, out var index) ? Math.Min(index, 1 << 21) : 0;
}
