using System.Globalization;
using System.Xml.Linq;

namespace Convo.Core.Knowledge;

/// <summary>Turns the body's children into blocks and counts pages on the way.</summary>
internal sealed class DocxBody(DocumentBuilder output, DocxStyles styles, DocxNotes notes, bool hasRenderedBreaks)
{
    private const int MaxDepth = 64;
    private const int LayoutCellLength = 1_000;

    /// <summary>The page that the next block is on.</summary>
    public int Page { get; private set; } = 1;

    public void Finish() => output.PageDone(Page, Page);

    public void Write(XElement element) => Write(element, 0);

    private void Write(XElement element, int depth)
    {
        if (depth > MaxDepth)
            throw new ExtractionException(ExtractionCodes.Damaged, ExtractionReasons.TooDeep);
        switch (element.Name.LocalName)
        {
            case "p":
                WriteParagraph(element, depth);
                break;
            case "tbl":
                WriteTable(element, depth);
                break;
            // Deleted or moved away by a tracked change.
            case "del" or "moveFrom" or "sectPr":
                break;
            // Not a paragraph by name, but it holds a paragraph's runs: whatever wrote it meant one.
            case not "body" when element.Child("r") is not null:
                WriteParagraph(element, depth);
                break;
            default:
                foreach (var child in DocxRuns.Visible(element))
                    Write(child, depth + 1);
                break;
        }
    }

    private void WriteParagraph(XElement paragraph, int depth)
    {
        var properties = paragraph.Child("pPr");
        if (!hasRenderedBreaks && properties.IsOn("pageBreakBefore"))
            Page++;
        var runs = new DocxRuns(hasRenderedBreaks);
        runs.Add(paragraph);
        // A break before any text moves the whole paragraph to the next page; one inside it counts from the next paragraph on.
        var page = Page + runs.BreaksBeforeText;
        if (styles.HeadingLevel(properties) is { } level)
            output.Heading(runs.Text, level, page);
        else if (styles.IsListItem(properties))
            output.ListItem(runs.Text, ListLevel(properties), page);
        else
            output.Lines(runs.Text, page);
        Page += runs.Breaks;
        output.CheckPages(Page);
        foreach (var reference in runs.NoteReferences)
        {
            if (notes.Take(reference) is not { } note)
                continue;
            if (note.Name.LocalName == "comment")
                output.Lines(Comment(note), page);
            else
                WriteInside(note, depth);
        }
        foreach (var box in runs.TextBoxes)
            WriteInside(box, depth);
    }

    private static string Comment(XElement comment) => DocxRuns.PlainText(comment) is { Length: > 0 } text
        ? comment.Attr("author") is { Length: > 0 } author ? $"Comment ({author}): {text}" : $"Comment: {text}"
        : "";

    private void WriteInside(XElement container, int depth)
    {
        foreach (var child in DocxRuns.Visible(container))
            Write(child, depth + 1);
    }

    private void WriteTable(XElement table, int depth)
    {
        var rows = DocxRuns.Rows(table).Select(row => DocxRuns.Cells(row).ToList()).ToList();
        var texts = rows.Select(row => row.Select(cell => DocxRuns.PlainText(cell)).ToList()).ToList();
        if (rows.Count == 0 || rows.Max(row => row.Count) <= 1 || texts.Any(row => row.Any(text => text.Length > LayoutCellLength)))
        {
            // A table that only arranges text: its cells are read one after the other.
            foreach (var cell in rows.SelectMany(row => row))
                WriteInside(cell, depth);
            return;
        }
        output.Table(texts, Page);
        foreach (var row in rows)
        {
            // A row across a page break has a mark in each of its cells.
            Page += row.Max(cell => DocxRuns.CountBreaks(cell, hasRenderedBreaks));
        }
        output.CheckPages(Page);
    }

    private static int ListLevel(XElement? properties) =>
        int.TryParse(properties?.Child("numPr")?.Child("ilvl")?.Attr("val"), NumberStyles.None, CultureInfo.InvariantCulture, out var level) ? level + 1 : 1;
}
