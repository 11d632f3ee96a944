using System.Globalization;
using System.Xml;
using System.Xml.Linq;
using DocumentFormat.OpenXml.Packaging;

namespace Convo.Core.Knowledge;

/// <summary>Streams a worksheet's rows into tables.</summary>
internal static class XlsxSheet
{
    private const int MaxColumn = 16_384;

    public static void Write(OpenXmlPart part, List<string> strings, XlsxStyles styles, SheetTables tables)
    {
        var merges = MergedCells.Load(part);
        using var reader = OpenParts.Xml(part);
        var row = 0;
        foreach (var element in SafeXml.ChildrenOf(reader, "sheetData"))
        {
            if (element.Name.LocalName != "row")
                continue;
            row = Math.Max(row + 1, CellName.Parse(element.Attr("r")).Row);
            tables.Add(row, merges.FillDown(row, Cells(element, strings, styles)));
        }
    }

    private static List<SheetCell> Cells(XElement row, List<string> strings, XlsxStyles styles)
    {
        var cells = new List<SheetCell>();
        var column = 0;
        foreach (var cell in row.Elements().Where(child => child.Name.LocalName == "c"))
        {
            var named = CellName.Parse(cell.Attr("r")).Column;
            // Cells may leave their names out, and then stand side by side.
            column = named > column ? named : column + 1;
            if (column <= MaxColumn)
                cells.Add(new SheetCell(column, Text(cell, strings, styles)));
        }
        return cells;
    }

    private static string Text(XElement cell, List<string> strings, XlsxStyles styles)
    {
        var type = cell.Attr("t");
        if (type == "inlineStr" || (cell.Child("v") is null && cell.Child("is") is not null))
            return cell.Child("is") is { } inline ? XlsxStrings.TextOf(inline) : "";
        var value = cell.Child("v")?.Value ?? "";
        return type switch
        {
            "s" => int.TryParse(value, NumberStyles.Integer, CultureInfo.InvariantCulture, out var index) && index >= 0 && index < strings.Count ? strings[index] : "",
            "b" => value is "1" or "true" ? "TRUE" : "FALSE",
            "str" or "e" or "d" => value,
            _ => double.TryParse(value, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
                ? styles.Show(number, CellName.Parse(cell.Attr("s")).Row)
                : value,
        };
    }
}
