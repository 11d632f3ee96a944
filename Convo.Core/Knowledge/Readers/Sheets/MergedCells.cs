using System.Xml;
using DocumentFormat.OpenXml.Packaging;

namespace Convo.Core.Knowledge;

/// <summary>
/// Cells merged over several rows: their text counts for each of these rows, as people read it. Over columns it is a title and is
/// said once.
/// </summary>
internal sealed class MergedCells
{
    private const int MaxMerges = 20_000;

    // By column: first row, last row, and the text once it was seen.
    private readonly Dictionary<int, List<Merge>> _merges = [];

    public static MergedCells Load(OpenXmlPart part)
    {
        var merged = new MergedCells();
        var count = 0;
        using var reader = OpenParts.Xml(part);
        while (reader.Read() && count < MaxMerges)
        {
            if (reader is not { NodeType: XmlNodeType.Element, LocalName: "mergeCell" } || reader.GetAttribute("ref")?.Split(':') is not [var from, var to])
                continue;
            var ((column, first), (_, last)) = (CellName.Parse(from), CellName.Parse(to));
            if (last <= first || last - first > 1_000)
                continue;
            count++;
            if (!merged._merges.TryGetValue(column, out var merges))
                merged._merges[column] = merges = [];
            merges.Add(new Merge(first, last));
        }
        return merged;
    }

    public IReadOnlyList<SheetCell> FillDown(int row, List<SheetCell> cells)
    {
        if (_merges.Count == 0)
            return cells;
        var texts = new SortedDictionary<int, string>();
        foreach (var cell in cells)
            texts[cell.Column] = cell.Text;
        foreach (var (column, merges) in _merges)
        {
            foreach (var merge in merges.Where(merge => row >= merge.First && row <= merge.Last))
            {
                if (row == merge.First)
                    merge.Text = texts.GetValueOrDefault(column, "");
                // A row that holds nothing of its own stays blank.
                else if (merge.Text.Length > 0 && cells.Any(cell => cell.Text.Length > 0))
                    texts[column] = merge.Text;
            }
        }
        return [.. texts.Select(pair => new SheetCell(pair.Key, pair.Value))];
    }

    private sealed class Merge(int first, int last)
    {
        public int First { get; } = first;

        public int Last { get; } = last;

        public string Text { get; set; } = "";
    }
}
