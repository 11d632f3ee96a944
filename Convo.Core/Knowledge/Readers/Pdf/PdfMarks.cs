using System.Globalization;
using UglyToad.PdfPig.Content;

namespace Convo.Core.Knowledge;

/// <summary>
/// Joins marks that stand above or below a letter (Thai vowels and tones, Indic signs, accents drawn apart) to the letter before them. They have no
/// width of their own, so whatever orders letters by their place would put them anywhere in the word.
/// </summary>
internal static class PdfMarks
{
    public static IReadOnlyList<Letter> Join(IReadOnlyList<Letter> letters)
    {
        if (!letters.Any(IsMark))
            return letters;
        var joined = new List<Letter>(letters.Count);
        foreach (var letter in letters)
        {
            if (joined.Count > 0 && IsMark(letter) && Carries(joined[^1], letter))
                joined[^1] = With(joined[^1], letter.Value);
            else
                joined.Add(letter);
        }
        return joined;
    }

    /// <summary>Arabic and Hebrew are often drawn from left to right, with the mark before or behind its letter: they stay as they are.</summary>
    private static bool IsMark(Letter letter) => letter.Value.Length > 0 && letter.Value.All(c =>
        CharUnicodeInfo.GetUnicodeCategory(c) is UnicodeCategory.NonSpacingMark or UnicodeCategory.EnclosingMark && c is not (>= '\u0590' and <= '\u08FF'));

    private static bool Carries(Letter letter, Letter mark)
    {
        var reach = 0.4 * letter.PointSize;
        return letter.TextOrientation == mark.TextOrientation && !string.IsNullOrWhiteSpace(letter.Value)
            && Math.Abs(mark.StartBaseLine.Y - letter.StartBaseLine.Y) < reach
            && mark.StartBaseLine.X > letter.StartBaseLine.X - reach && mark.StartBaseLine.X < letter.EndBaseLine.X + reach;
    }

    private static Letter With(Letter letter, string mark) => new(
        letter.Value + mark, letter.BoundingBox, letter.GlyphRectangleLoose, letter.StartBaseLine, letter.EndBaseLine, letter.Width, letter.FontSize,
        letter.FontDetails, letter.RenderingMode, letter.StrokeColor, letter.FillColor, letter.PointSize, letter.TextSequence);
}
