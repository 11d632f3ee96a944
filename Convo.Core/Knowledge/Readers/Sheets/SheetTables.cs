namespace Convo.Core.Knowledge;

/// <summary>
/// Turns the rows of sheets into tables. Rows between blank ones belong together; a table too long for one block is cut and repeats its
/// header. Each block stands below a heading that names its sheet and range, so that a citation can say where it is.
/// </summary>
internal sealed class SheetTables(DocumentBuilder output, ReaderLimits limits)
{
    private const int RowsPerTable = 250;
    private const int ColumnsPerTable = 200;
    private const int CharactersPerTable = 200_000;

    private readonly List<SheetRow> _region = [];
    private string _sheet = "";
    private int _page;
    private int _cells;
    private long _characters;
    private int _regionCharacters;
    private int _lastRow;
    private SheetRow? _header;
    private bool _isCut;

    /// <summary>Begins a sheet: the next page.</summary>
    public void Begin(string name, bool isHidden)
    {
        End();
        _sheet = name;
        _page++;
        (_lastRow, _header) = (0, null);
        output.CheckPages(_page);
        // What a hidden sheet says may be used, but whoever reads the answer must see where it comes from.
        output.Announce(isHidden ? $"{name} (hidden sheet)" : name, _page);
    }

    public int Page => _page;

    /// <param name="row">1-based, rising.</param>
    /// <param name="cells">1-based columns, rising, with what people see in them.</param>
    public void Add(int row, IReadOnlyList<SheetCell> cells)
    {
        var filled = cells.Where(cell => !string.IsNullOrWhiteSpace(cell.Text)).ToList();
        if (filled.Count == 0)
            return;
        _cells += filled.Count;
        if (_cells > limits.MaxCells)
        {
            throw new ExtractionException(ExtractionCodes.TooLarge,
                $"The workbook has more than {limits.MaxCells:N0} filled cells. Split it and upload the parts.");
        }
        var length = filled.Sum(cell => cell.Text.Length);
        _characters += length;
        // Thousands of cells can share one giant text: counted before it is copied.
        if (_characters > limits.MaxCharacters)
            throw new ExtractionException(ExtractionCodes.TooLarge, ExtractionReasons.TooMuchText(limits.MaxCharacters));
        var next = new SheetRow(row, filled);
        if (_region.Count > 0 && row > _lastRow + 1 && !GoesOn(next))
            Flush(isCut: false);
        else if (_region.Count >= RowsPerTable || _regionCharacters > CharactersPerTable)
            Flush(isCut: true);
        _region.Add(next);
        _regionCharacters += length;
        _lastRow = row;
    }

    public void End() => Flush(isCut: false);

    /// <summary>Whether a row after a gap still belongs to the table above: it begins and ends where that does, and is no header.</summary>
    private bool GoesOn(SheetRow row) =>
        _region.Count > 1 && row.Cells.Count > 1 && _region[^1].Cells.Count > 1 && row.First == _region[^1].First
        && row.Cells.Any(cell => cell.Text.Any(char.IsDigit)) && _region[0].Cells.All(cell => !double.TryParse(cell.Text, out _));

    private void Flush(bool isCut)
    {
        if (_region.Count == 0)
            return;
        var rows = _region.ToList();
        _region.Clear();
        _regionCharacters = 0;
        output.Alive();
        var goesOn = _isCut;
        _isCut = isCut;
        if (!goesOn)
        {
            _header = null;
            // Titles and notes above the table.
            while (rows.Count > 1 && rows[0].Cells.Count == 1 && rows.Any(row => row.Cells.Count > 1))
            {
                output.Lines(rows[0].Cells[0].Text, _page);
                rows.RemoveAt(0);
            }
        }
        if (!goesOn && rows.All(row => row.Cells.Count == 1 && row.First == rows[0].First))
        {
            output.Lines(string.Join('\n', rows.Select(row => row.Cells[0].Text)), _page);
            return;
        }
        output.Heading(RangeOf(rows), 2, _page);
        if (goesOn && _header is { } header)
            rows.Insert(0, header);
        _header = rows[0];
        Write(rows);
    }

    /// <summary>A file that is one table without a name has rows, not ranges.</summary>
    private string RangeOf(List<SheetRow> rows) => _sheet.Length == 0
        ? $"Rows {rows[0].Number}–{rows[^1].Number}"
        : $"{_sheet} {CellName.Of(rows.Min(row => row.First), rows[0].Number)}:{CellName.Of(rows.Max(row => row.Last), rows[^1].Number)}";

    private void Write(List<SheetRow> rows)
    {
        // Columns that are empty in all these rows take no room, however far apart the others are.
        var columns = rows.SelectMany(row => row.Cells.Select(cell => cell.Column)).Distinct().Order().ToList();
        foreach (var part in columns.Chunk(ColumnsPerTable))
        {
            var places = part.Index().ToDictionary(column => column.Item, column => column.Index);
            output.Table(rows.ConvertAll(row => (IReadOnlyList<string>)Spread(row, places)), _page);
        }
    }

    private static string[] Spread(SheetRow row, Dictionary<int, int> places)
    {
        var texts = new string[places.Count];
        Array.Fill(texts, "");
        foreach (var cell in row.Cells)
        {
            if (places.TryGetValue(cell.Column, out var place))
                texts[place] = cell.Text;
        }
        return texts;
    }

    private sealed record SheetRow(int Number, List<SheetCell> Cells)
    {
        public int First => Cells[0].Column;

        public int Last => Cells[^1].Column;
    }
}

/// <param name="Column">1-based.</param>
internal readonly record struct SheetCell(int Column, string Text);
