using UglyToad.PdfPig.Content;

namespace Convo.Core.Knowledge;

/// <summary>
/// Drops letters that are drawn again in (nearly) the same place, which is how some programs print bold or shadowed text. The
/// distance is a small share of the letter size, so that doubled letters of a word are never taken for one.
/// </summary>
internal static class PdfDuplicates
{
    private const double Share = 0.12;

    public static List<Letter> Remove(IReadOnlyList<Letter> letters)
    {
        var kept = new List<Letter>(letters.Count);
        var seen = new Dictionary<(string Value, long X, long Y), Letter>();
        foreach (var letter in letters)
        {
            var reach = Math.Max(0.2, letter.PointSize * Share);
            if (IsDrawn(letter, reach, seen))
                continue;
            seen[Cell(letter, reach, 0, 0)] = letter;
            kept.Add(letter);
        }
        return kept;
    }

    private static bool IsDrawn(Letter letter, double reach, Dictionary<(string, long, long), Letter> seen)
    {
        for (var x = -1; x <= 1; x++)
        {
            for (var y = -1; y <= 1; y++)
            {
                if (seen.TryGetValue(Cell(letter, reach, x, y), out var other)
                    && Math.Abs(other.StartBaseLine.X - letter.StartBaseLine.X) < reach
                    && Math.Abs(other.StartBaseLine.Y - letter.StartBaseLine.Y) < reach)
                {
                    return true;
                }
            }
        }
        return false;
    }

    private static (string, long, long) Cell(Letter letter, double reach, int x, int y) =>
        (letter.Value, (long)(letter.StartBaseLine.X / reach) + x, (long)(letter.StartBaseLine.Y / reach) + y);
}
