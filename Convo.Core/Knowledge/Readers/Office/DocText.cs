using System.Text;

namespace Convo.Core.Knowledge;

/// <summary>Turns the one string of a DOC file into blocks by its marks ([MS-DOC] 2.4.1).</summary>
internal sealed class DocText(DocumentBuilder output)
{
    private const char CellMark = '\a', PageBreak = '\f', FieldBegin = '\u0013', FieldSeparator = '\u0014', FieldEnd = '\u0015';

    private readonly List<string> _row = [];
    private readonly List<IReadOnlyList<string>> _rows = [];
    private readonly StringBuilder _cell = new();
    private int _page = 1;

    /// <param name="text">All parts one after the other.</param>
    /// <param name="lengths">Length of main text, footnotes, headers, macros, comments, endnotes, text boxes.</param>
    public void Write(string text, int[] lengths)
    {
        var at = 0;
        for (var part = 0; part < lengths.Length && at < text.Length; part++)
        {
            var length = Math.Min(lengths[part], text.Length - at);
            WritePart(WithoutFieldCodes(text.AsSpan(at, length)));
            at += length;
        }
        output.PageDone(_page, _page);
    }

    private void WritePart(string text)
    {
        var start = 0;
        for (var i = 0; i <= text.Length; i++)
        {
            if (i < text.Length && text[i] is not ('\r' or CellMark or PageBreak))
                continue;
            Take(text[start..i], i < text.Length ? text[i] : '\r');
            start = i + 1;
        }
        FlushTable();
    }

    private void Take(string paragraph, char mark)
    {
        if (mark == CellMark)
        {
            // The mark of a row's end follows that of its last cell at once.
            if (paragraph.Length == 0 && _cell.Length == 0 && _row.Count > 0)
            {
                _rows.Add(_row.ToArray());
                _row.Clear();
                return;
            }
            _row.Add(_cell.Append(paragraph).ToString());
            _cell.Clear();
        }
        else if (_row.Count > 0)
        {
            _cell.Append(paragraph).Append(' ');
        }
        else
        {
            FlushTable();
            output.Lines(paragraph, _page);
        }
        if (mark == PageBreak)
        {
            FlushTable();
            output.CheckPages(++_page);
        }
    }

    private void FlushTable()
    {
        if (_row.Count > 0 || _cell.Length > 0)
            _rows.Add([.. _row, _cell.ToString()]);
        _row.Clear();
        _cell.Clear();
        if (_rows.Count > 0)
            output.Table([.. _rows], _page);
        _rows.Clear();
    }

    /// <summary>A field is its code, then what it shows; only that is read.</summary>
    private static string WithoutFieldCodes(ReadOnlySpan<char> text)
    {
        var kept = new StringBuilder(text.Length);
        var inCode = new Stack<bool>();
        var codes = 0;
        foreach (var c in text)
        {
            if (c == FieldBegin)
            {
                inCode.Push(true);
                codes++;
            }
            else if (c is FieldSeparator or FieldEnd)
            {
                if (inCode.TryPop(out var was) && was)
                    codes--;
                if (c == FieldSeparator)
                    inCode.Push(false);
            }
            else if (codes == 0)
            {
                kept.Append(c switch { '\u001E' => '-', '\v' => '\n', '\u0001' or '\u0002' or '\u0005' or '\u0008' => ' ', _ => c });
            }
        }
        return kept.ToString();
    }
}
