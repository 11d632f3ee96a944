using System.Globalization;
using System.Xml.Linq;

namespace Convo.Core.Knowledge;

/// <summary>Writes the block elements of OpenDocument.</summary>
internal sealed class OdfBody(DocumentBuilder output, int page)
{
    private const int MaxDepth = 100;
    private const int LayoutCellLength = 1_000;

    private int _depth;
    private int _list;

    public void WriteBlocks(IEnumerable<XElement> elements)
    {
        foreach (var element in elements)
            Write(element);
    }

    public void Write(XElement element)
    {
        if (++_depth > MaxDepth)
            throw new ExtractionException(ExtractionCodes.Damaged, ExtractionReasons.TooDeep);
        switch (element.Name.LocalName)
        {
            case "h":
                var level = int.TryParse(element.Attr("outline-level"), NumberStyles.None, CultureInfo.InvariantCulture, out var outline) ? outline : 1;
                output.Heading(OdfText.Of(element), level, page);
                WriteAttached(element);
                break;
            case "p":
                if (_list > 0)
                    output.ListItem(OdfText.Of(element), _list, page);
                else
                    output.Lines(OdfText.Of(element), page);
                WriteAttached(element);
                break;
            case "list":
                _list++;
                WriteBlocks(element.Elements());
                _list--;
                break;
            case "table":
                WriteTable(element);
                break;
            // Not shown: deletions, declarations, instructions for forms, readings of ruby text.
            case "tracked-changes" or "forms" or "sequence-decls" or "variable-decls" or "user-field-decls" or "annotation" or "note" or "settings" or "script":
                break;
            default:
                WriteBlocks(element.Elements());
                break;
        }
        _depth--;
    }

    /// <summary>Notes, comments and text boxes that hang on a paragraph come after it.</summary>
    private void WriteAttached(XElement paragraph)
    {
        foreach (var attached in OdfText.Attached(paragraph))
        {
            switch (attached.Name.LocalName)
            {
                case "note":
                    WriteBlocks(attached.Elements().Where(part => part.Name.LocalName == "note-body"));
                    break;
                case "annotation":
                    output.Lines(Comment(attached), page);
                    break;
                default:
                    WriteBlocks(attached.Elements());
                    break;
            }
        }
    }

    public static string Comment(XElement annotation)
    {
        var author = annotation.Elements().FirstOrDefault(element => element.Name.LocalName == "creator")?.Value;
        var text = string.Join('\n', annotation.Descendants().Where(element => element.Name.LocalName == "p").Select(OdfText.Of));
        return text.Length == 0 ? "" : author is { Length: > 0 } ? $"Comment ({author}): {text}" : $"Comment: {text}";
    }

    private void WriteTable(XElement table)
    {
        var rows = table.Descendants().Where(element => element.Name.LocalName == "table-row").Take(100_000).ToList();
        var cells = rows.ConvertAll(row => row.Elements().Where(cell => cell.Name.LocalName == "table-cell").ToList());
        var texts = cells.ConvertAll(row => row.ConvertAll(CellText));
        if (texts.Count == 0 || texts.Max(row => row.Count) <= 1 || texts.Any(row => row.Any(text => text.Length > LayoutCellLength)))
        {
            // A table that only arranges text: its cells are read one after the other.
            WriteBlocks(table.Elements().Where(element => element.Name.LocalName == "table-header-rows" || element.Name.LocalName.StartsWith("table-row", StringComparison.Ordinal)));
            return;
        }
        output.Table(texts, page);
    }

    private static string CellText(XElement cell) =>
        string.Join(' ', cell.Descendants().Where(element => element.Name.LocalName is "p" or "h").Select(OdfText.Of));
}
