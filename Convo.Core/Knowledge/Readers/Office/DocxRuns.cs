using System.Globalization;
using System.Text;
using System.Xml.Linq;

namespace Convo.Core.Knowledge;

/// <summary>Gathers a paragraph's visible text, and what hangs on it.</summary>
internal sealed class DocxRuns(bool hasRenderedBreaks)
{
    private const int MaxDepth = 256;

    private readonly StringBuilder _text = new();
    private int _depth;

    public string Text => _text.ToString();

    /// <summary>Page breaks in the paragraph, and those of them before its first text.</summary>
    public int Breaks { get; private set; }

    public int BreaksBeforeText { get; private set; }

    public List<XElement> NoteReferences { get; } = [];

    public List<XElement> TextBoxes { get; } = [];

    /// <summary>An element's children, alternatives resolved: newer content with its older fallback counts once.</summary>
    public static IEnumerable<XElement> Visible(XElement element) =>
        element.Elements().SelectMany(child => child.Name.LocalName == "AlternateContent"
            ? (child.Child("Choice") ?? child.Child("Fallback"))?.Elements() ?? []
            : [child]);

    public static IEnumerable<XElement> Rows(XElement table) => Inside(table, "tr", 0);

    public static IEnumerable<XElement> Cells(XElement row) => Inside(row, "tc", 0);

    /// <summary>All text below an element on one line, whatever it is.</summary>
    public static string PlainText(XElement container)
    {
        var text = new StringBuilder();
        foreach (var paragraph in container.Descendants().Where(element => element.Name.LocalName == "p"))
        {
            var runs = new DocxRuns(hasRenderedBreaks: true);
            runs.Add(paragraph);
            if (text.Length > 0 && runs._text.Length > 0)
                text.Append(' ');
            text.Append(runs._text);
        }
        return text.ToString();
    }

    public static int CountBreaks(XElement container, bool rendered) => container.Descendants().Count(element => IsPageBreak(element, rendered));

    public void Add(XElement element)
    {
        if (++_depth > MaxDepth)
            throw new ExtractionException(ExtractionCodes.Damaged, ExtractionReasons.TooDeep);
        foreach (var child in Visible(element))
            AddOne(child);
        _depth--;
    }

    private void AddOne(XElement element)
    {
        switch (element.Name.LocalName)
        {
            case "t":
                _text.Append(element.Value);
                break;
            case "tab" or "ptab":
                _text.Append('\t');
                break;
            case "br" or "cr" or "lastRenderedPageBreak":
                AddBreak(element);
                break;
            case "noBreakHyphen":
                _text.Append('-');
                break;
            case "sym":
                AddSymbol(element);
                break;
            case "footnoteReference" or "endnoteReference" or "commentReference":
                NoteReferences.Add(element);
                break;
            case "txbxContent":
                TextBoxes.Add(element);
                break;
            // Not shown: properties, deletions, field codes, ruby readings. Hidden text is not shown either, and is where
            // instructions to a model would be put.
            case "pPr" or "rPr" or "del" or "moveFrom" or "delText" or "instrText" or "rt" or "sdtPr" or "docPr" or "posOffset":
                break;
            case "r" when element.Child("rPr").IsOn("vanish"):
                break;
            default:
                Add(element);
                break;
        }
    }

    private void AddBreak(XElement element)
    {
        if (IsPageBreak(element, hasRenderedBreaks))
        {
            Breaks++;
            BreaksBeforeText += string.IsNullOrWhiteSpace(Text) ? 1 : 0;
        }
        if (element.Name.LocalName != "lastRenderedPageBreak")
            _text.Append('\n');
    }

    private void AddSymbol(XElement element)
    {
        // Symbol fonts live at F000–F0FF, where a letter's meaning is the font's; anything else is a character.
        if (int.TryParse(element.Attr("char"), NumberStyles.HexNumber, CultureInfo.InvariantCulture, out var code) && code is > 32 and < 0xD800)
            _text.Append((char)code);
    }

    private static bool IsPageBreak(XElement element, bool rendered) => rendered
        ? element.Name.LocalName == "lastRenderedPageBreak"
        : element.Name.LocalName == "br" && element.Attr("type") == "page";

    private static IEnumerable<XElement> Inside(XElement element, string name, int depth)
    {
        foreach (var child in Visible(element))
        {
            if (child.Name.LocalName == name)
                yield return child;
            else if (depth < 8 && child.Name.LocalName is "sdt" or "sdtContent" or "customXml" or "ins" or "smartTag")
            {
                foreach (var inner in Inside(child, name, depth + 1))
                    yield return inner;
            }
        }
    }
}
