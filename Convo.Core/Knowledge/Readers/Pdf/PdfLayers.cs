using UglyToad.PdfPig.Content;

namespace Convo.Core.Knowledge;

/// <summary>
/// Parts text that is drawn over other text, such as a code that a clip hides below the name in the same cell: read together, their letters would
/// alternate.
/// </summary>
internal static class PdfLayers
{
    private const int MaxLayers = 3;
    private const double Cell = 16;

    public static IReadOnlyList<IReadOnlyList<Letter>> Split(IReadOnlyList<Letter> letters)
    {
        var layers = new List<List<Letter>> { new(letters.Count) };
        var places = new List<Dictionary<(long, long), List<Letter>>> { new() };
        for (var (from, to) = (0, 0); from < letters.Count; from = to)
        {
            while (to < letters.Count && letters[to].TextSequence == letters[from].TextSequence)
                to++;
            var run = Enumerable.Range(from, to - from).Select(i => letters[i]).ToList();
            var layer = 0;
            while (layer < layers.Count && layer < MaxLayers - 1 && IsOver(run, places[layer]))
                layer++;
            if (layer == layers.Count)
            {
                layers.Add([]);
                places.Add([]);
            }
            layers[layer].AddRange(run);
            foreach (var letter in run.Where(IsDrawn))
            {
                var key = Key(letter, 0, 0);
                if (!places[layer].TryGetValue(key, out var there))
                    places[layer][key] = there = [];
                there.Add(letter);
            }
        }
        return layers;
    }

    /// <summary>Whether two letters and more stand in the middle of others: one alone is an accent.</summary>
    private static bool IsOver(List<Letter> run, Dictionary<(long, long), List<Letter>> places) =>
        run.Where(IsDrawn).Where(letter => IsOver(letter, places)).Take(2).Count() == 2;

    private static bool IsOver(Letter letter, Dictionary<(long, long), List<Letter>> places)
    {
        var center = Center(letter);
        for (var x = -1; x <= 1; x++)
        {
            for (var y = -1; y <= 1; y++)
            {
                if (places.GetValueOrDefault(Key(letter, x, y))?.Any(other => Math.Abs(other.StartBaseLine.Y - letter.StartBaseLine.Y) < 0.2 * letter.PointSize
                    && Math.Abs(Center(other) - center) < 0.35 * Math.Min(other.Width, letter.Width)) == true)
                {
                    return true;
                }
            }
        }
        return false;
    }

    private static bool IsDrawn(Letter letter) => letter.TextOrientation == TextOrientation.Horizontal && letter.Width > 0 && !string.IsNullOrWhiteSpace(letter.Value);

    private static double Center(Letter letter) => (letter.StartBaseLine.X + letter.EndBaseLine.X) / 2;

    private static (long, long) Key(Letter letter, int x, int y) => ((long)Math.Floor(Center(letter) / Cell) + x, (long)Math.Floor(letter.StartBaseLine.Y / Cell) + y);
}
