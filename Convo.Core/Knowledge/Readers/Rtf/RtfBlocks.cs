using System.Text;

namespace Convo.Core.Knowledge;

/// <summary>Makes blocks of RTF's paragraphs, cells and rows.</summary>
internal sealed class RtfBlocks(DocumentBuilder output)
{
    private readonly StringBuilder _text = new();
    private readonly StringBuilder _title = new();
    private readonly List<string> _row = [];
    private readonly List<IReadOnlyList<string>> _rows = [];
    private readonly Dictionary<int, int> _levels = [];
    private readonly Dictionary<int, string> _styleNames = [];
    private int _page = 1;

    public void Append(string text) => _text.Append(text);

    public void SetLevel(int style, int level) => _levels[style] = level;

    public void AddTitle(string text)
    {
        if (_title.Length < 300)
            _title.Append(text);
    }

    /// <summary>Word names heading styles "heading 1" to "heading 9" in every language.</summary>
    public void AddStyleName(int style, string text)
    {
        var name = _styleNames.GetValueOrDefault(style, "") + text;
        if (name.Length > 100)
            return;
        _styleNames[style] = name;
        if (name.TrimEnd(';').Trim() is { Length: 9 } heading && heading.StartsWith("heading ", StringComparison.OrdinalIgnoreCase) && char.IsAsciiDigit(heading[8]))
            _levels.TryAdd(style, heading[8] - '1');
    }

    public void EndParagraph(RtfState state)
    {
        if (state.InTable || _row.Count > 0)
        {
            _text.Append(' ');
            return;
        }
        EndTable();
        var text = Take();
        var level = state.Outline is >= 0 and < 9 ? state.Outline : _levels.GetValueOrDefault(state.Style, -1);
        if (level is >= 0 and < 9)
            output.Heading(text, level + 1, _page);
        else if (state.IsList)
            output.ListItem(text, 1, _page);
        else
            output.Lines(text, _page);
    }

    public void EndCell() => _row.Add(Take());

    public void EndRow()
    {
        if (_row.Count > 0)
            _rows.Add([.. _row]);
        _row.Clear();
    }

    public void BreakPage(RtfState state)
    {
        EndParagraph(state);
        output.CheckPages(++_page);
    }

    public void Finish(RtfState state)
    {
        EndRow();
        EndTable();
        EndParagraph(state with { InTable = false });
        output.Title = _title.Length > 0 ? _title.ToString() : null;
        output.PageDone(_page, _page);
    }

    private void EndTable()
    {
        if (_rows.Count > 0)
            output.Table([.. _rows], _page);
        _rows.Clear();
    }

    private string Take()
    {
        var text = _text.ToString();
        _text.Clear();
        return text;
    }
}
