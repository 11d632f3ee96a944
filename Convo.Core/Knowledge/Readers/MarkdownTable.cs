using System.Text;

namespace Convo.Core.Knowledge;

/// <summary>Writes cells as a markdown table: one row a line, so that a chunk can be cut between rows.</summary>
internal static class MarkdownTable
{
    private const int MaxColumns = 256;

    public static string Render(IReadOnlyList<IReadOnlyList<string>> rows)
    {
        var filled = rows.Select(row => row.Take(MaxColumns).Select(Cell).ToArray()).Where(row => row.Any(cell => cell.Length > 0)).ToList();
        var columns = filled.Count == 0 ? 0 : filled.Max(row => row.Length);
        // One column is layout, not data.
        if (columns <= 1)
            return string.Join('\n', filled.Select(row => row[0]));
        var table = new StringBuilder();
        for (var i = 0; i < filled.Count; i++)
        {
            if (i > 0)
                table.Append('\n');
            table.Append('|');
            // Only the header is padded to the full width: sparse giant tables would grow without end.
            for (var column = 0; column < (i == 0 ? columns : filled[i].Length); column++)
                table.Append(' ').Append(column < filled[i].Length ? filled[i][column] : "").Append(" |");
            if (i == 0 && filled.Count > 1)
                table.Append("\n|").Insert(table.Length, " --- |", columns);
        }
        return table.ToString();
    }

    private static string Cell(string text) => TextCleaner.Flow(text).Replace("|", "\\|", StringComparison.Ordinal);
}
