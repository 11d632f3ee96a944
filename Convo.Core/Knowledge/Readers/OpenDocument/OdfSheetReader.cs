using System.Globalization;
using System.Xml;
using System.Xml.Linq;

namespace Convo.Core.Knowledge;

/// <summary>ODS, OTS and FODS: cells hold the text that people see. A sheet is a page.</summary>
internal sealed class OdfSheetReader : IDocumentReader
{
    private const int MaxRepeatedText = 1_000;

    public bool CanRead(DetectedType type) => type == FileTypes.Ods;

    public void Read(ReaderInput input, DocumentBuilder output)
    {
        using var package = new OdfPackage(input);
        output.Title = package.Title;
        var tables = new SheetTables(output, input.Limits);
        var comments = new List<string>();
        using var reader = package.Content();
        var row = 0;
        while (!reader.EOF)
        {
            if (reader is { NodeType: XmlNodeType.Element, LocalName: "table" })
            {
                Flush();
                tables.Begin(reader.GetAttribute("name", reader.NamespaceURI) ?? "Sheet", isHidden: false);
                row = 0;
            }
            if (reader is { NodeType: XmlNodeType.Element, LocalName: "table-row" })
            {
                // A sheet inside a cell's object would have rows too, but those are in parts of their own.
                row = Add((XElement)XNode.ReadFrom(reader), row, tables, comments);
                continue;
            }
            reader.Read();
        }
        Flush();
        output.PageDone(Math.Max(1, tables.Page), Math.Max(1, tables.Page));

        void Flush()
        {
            tables.End();
            foreach (var comment in comments)
                output.Lines(comment, Math.Max(1, tables.Page));
            comments.Clear();
        }
    }

    private static int Add(XElement element, int row, SheetTables tables, List<string> comments)
    {
        var cells = new List<SheetCell>();
        var column = 0;
        foreach (var cell in element.Elements().Where(child => child.Name.LocalName is "table-cell" or "covered-table-cell"))
        {
            var repeated = Repeated(cell, "number-columns-repeated");
            var text = Text(cell);
            for (var i = 0; text.Length > 0 && i < Math.Min(repeated, MaxRepeatedText); i++)
                cells.Add(new SheetCell(column + i + 1, text));
            column = (int)Math.Min((long)column + repeated, 1 << 20);
            if (cell.Child("annotation") is { } annotation)
                comments.Add(OdfBody.Comment(annotation));
        }
        var rows = Repeated(element, "number-rows-repeated");
        for (var i = 0; cells.Count > 0 && i < Math.Min(rows, MaxRepeatedText); i++)
            tables.Add(row + i + 1, cells);
        return (int)Math.Min((long)row + rows, 1 << 21);
    }

    private static string Text(XElement cell)
    {
        var text = string.Join('\n', cell.Elements().Where(child => child.Name.LocalName is "p" or "h").Select(OdfText.Of));
        // Programs that write no text write the value.
        return text.Length > 0 ? text : cell.Attr("value-type") is null ? "" : cell.Attr("string-value") ?? cell.Attr("date-value") ?? cell.Attr("boolean-value") ?? cell.Attr("value") ?? "";
    }

    private static int Repeated(XElement element, string name) =>
        int.TryParse(element.Attr(name), NumberStyles.None, CultureInfo.InvariantCulture, out var count) ? Math.Max(1, count) : 1;
}
