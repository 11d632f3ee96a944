using UglyToad.PdfPig.Content;

namespace Convo.Core.Knowledge;

/// <summary>
/// A word in the coordinates of its writing direction: <c>U</c> grows along the line, <c>V</c> falls from line to line, in points.
/// </summary>
/// <param name="Order">Place of its first letter in the page's content stream.</param>
internal sealed record PdfWord(string Text, double Start, double End, double V, double Size, bool IsBold, int Letters, TextOrientation Direction, int Order)
{
    public bool IsRightToLeft { get; } = Text.Any(c => c is >= '\u0590' and <= '\u08FF' or >= '\uFB1D' and <= '\uFDFF' or >= '\uFE70' and <= '\uFEFC');

    public static PdfWord From(Word word, IReadOnlyDictionary<Letter, int> places)
    {
        var direction = word.TextOrientation;
        var (start, end, order, bold) = (double.MaxValue, double.MinValue, int.MaxValue, 0);
        foreach (var letter in word.Letters)
        {
            var (from, to) = (Along(letter.StartBaseLine.X, letter.StartBaseLine.Y), Along(letter.EndBaseLine.X, letter.EndBaseLine.Y));
            (start, end) = (Math.Min(start, Math.Min(from, to)), Math.Max(end, Math.Max(from, to)));
            order = Math.Min(order, places.GetValueOrDefault(letter, int.MaxValue));
            bold += IsBoldLetter(letter) ? 1 : 0;
        }
        var first = word.Letters[0];
        var v = Across(first.StartBaseLine.X, first.StartBaseLine.Y);
        var size = Math.Max(1, Math.Round(word.Letters[word.Letters.Count / 2].PointSize, 1));
        return new PdfWord(word.Text, start, end, v, size, bold * 2 > word.Letters.Count, word.Letters.Count, direction, order);

        double Along(double x, double y) => direction switch
        {
            TextOrientation.Rotate180 => -x,
            TextOrientation.Rotate90 => -y,
            TextOrientation.Rotate270 => y,
            _ => x,
        };
        double Across(double x, double y) => direction switch
        {
            TextOrientation.Rotate180 => -y,
            TextOrientation.Rotate90 => x,
            TextOrientation.Rotate270 => -x,
            _ => y,
        };
    }

    private static bool IsBoldLetter(Letter letter) =>
        letter.FontDetails?.IsBold == true || letter.FontName?.Contains("bold", StringComparison.OrdinalIgnoreCase) == true;
}
