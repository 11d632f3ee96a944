using System.Text;

namespace Convo.Core.Knowledge;

/// <summary>Words on one baseline.</summary>
internal sealed class PdfLine(PdfWord first)
{
    // In letter sizes; justified text stays under it.
    private const double ColumnGap = 1.8;

    private readonly List<PdfWord> _words = [first];

    public PdfWord First => _words[0];

    public double V { get; } = first.V;

    public double Size { get; private set; } = first.Size;

    public double Start { get; private set; } = first.Start;

    public double End { get; private set; } = first.End;

    public int Letters => _words.Sum(word => word.Letters);

    public int BoldLetters => _words.Where(word => word.IsBold).Sum(word => word.Letters);

    public bool SharesBaseline(PdfWord word) =>
        word.Direction == First.Direction && Math.Abs(word.V - V) <= 0.35 * Math.Max(Size, word.Size);

    /// <summary>How far the word is from this line's nearer end or from the gap between two words it falls into; 0 when it overlaps.</summary>
    public double Distance(PdfWord word) => Math.Max(0, Math.Max(word.Start - End, Start - word.End));

    public void Add(PdfWord word)
    {
        _words.Add(word);
        (Start, End) = (Math.Min(Start, word.Start), Math.Max(End, word.End));
        // A superscript does not make its line small.
        Size = Math.Max(Size, word.Size);
    }

    public string Text() => Join(Ordered());

    /// <summary>The line's text cut where the gap between words is so wide that they stand in different columns.</summary>
    public List<string> Cells()
    {
        var cells = new List<string>();
        var cell = new List<PdfWord>();
        foreach (var word in Ordered())
        {
            if (cell.Count > 0 && Math.Max(word.Start - cell[^1].End, cell[^1].Start - word.End) > ColumnGap * Size)
            {
                cells.Add(Join(cell));
                cell.Clear();
            }
            cell.Add(word);
        }
        cells.Add(Join(cell));
        return cells;
    }

    private IEnumerable<PdfWord> Ordered() => _words.Count(word => word.IsRightToLeft) * 2 > _words.Count
        ? _words.OrderByDescending(word => word.End)
        : _words.OrderBy(word => word.Start);

    private static string Join(IEnumerable<PdfWord> words)
    {
        var text = new StringBuilder();
        foreach (var word in words)
        {
            if (text.Length > 0 && !(PdfLines.IsDense(text[^1]) && PdfLines.IsDense(word.Text[0])))
                text.Append(' ');
            text.Append(word.Text);
        }
        return text.ToString();
    }
}
