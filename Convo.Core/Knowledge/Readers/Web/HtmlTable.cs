using AngleSharp.Dom;

namespace Convo.Core.Knowledge;

/// <summary>Tells tables of data from tables that arrange a page.</summary>
internal static class HtmlTable
{
    private const int LayoutCellLength = 1_000;

    /// <summary>False when the table only arranges text, and nothing was written.</summary>
    public static bool TryWrite(IElement table, DocumentBuilder output, int page)
    {
        if (table.QuerySelector("table, h1, h2, h3, ul, ol, pre, form") is not null)
            return false;
        var rows = table.QuerySelectorAll("tr").Select(row => (IReadOnlyList<string>)row.Children
            .Where(cell => cell.LocalName is "td" or "th").Select(cell => HtmlText.Of(cell)).ToList()).ToList();
        if (rows.Count == 0 || rows.Max(row => row.Count) < 2 || rows.Any(row => row.Any(cell => cell.Length > LayoutCellLength)))
            return false;
        if (table.QuerySelector("caption") is { } caption)
            output.Paragraph(HtmlText.Of(caption), page);
        output.Table(rows, page);
        return true;
    }
}
