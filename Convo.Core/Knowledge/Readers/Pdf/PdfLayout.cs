using UglyToad.PdfPig.Content;
using UglyToad.PdfPig.DocumentLayoutAnalysis.WordExtractor;
using UglyToad.PdfPig.Util;

namespace Convo.Core.Knowledge;

/// <summary>
/// Finds a page's blocks. Lines are followed in the order in which the page draws them, which nearly every producer makes the reading
/// order; words that were drawn out of turn are put back into their lines. (Measured against clustering by position, which loses the
/// order on justified text and on fonts with wrong widths.)
/// </summary>
internal static class PdfLayout
{
    // The word extractor compares neighbours of neighbours; a page with more letters is a drawing or an attack.
    private const int MaxLetters = 50_000;

    // Points of a line's own size that may lie between a word drawn later and the line it belongs to.
    private const double ReturnReach = 1.2;

    private static readonly NearestNeighbourWordExtractor Words = new(
        new NearestNeighbourWordExtractor.NearestNeighbourWordExtractorOptions { MaxDegreeOfParallelism = 1 });

    public static List<PdfBlock> BlocksOf(Page page)
    {
        var letters = PdfDuplicates.Remove(PdfMarks.Join(page.Letters));
        var places = new Dictionary<Letter, int>(letters.Count, ReferenceEqualityComparer.Instance);
        for (var i = 0; i < letters.Count; i++)
            places[letters[i]] = i;
        var extractor = letters.Count > MaxLetters ? (IWordExtractor)DefaultWordExtractor.Instance : Words;
        var words = PdfLayers.Split(letters).SelectMany(layer => extractor.GetWords(layer)).Where(word => !string.IsNullOrWhiteSpace(word.Text))
            .Select(word => PdfWord.From(word, places)).OrderBy(word => word.Order);
        return PdfBlocks.Group(Lines(words), page);
    }

    private static List<PdfLine> Lines(IEnumerable<PdfWord> words)
    {
        var lines = new List<PdfLine>();
        var byBaseline = new Dictionary<(TextOrientation, long), List<PdfLine>>();
        PdfLine? current = null;
        foreach (var word in words)
        {
            if (current is not null && current.SharesBaseline(word))
            {
                current.Add(word);
                continue;
            }
            if (Earlier(word) is { } line)
            {
                line.Add(word);
                continue;
            }
            current = new PdfLine(word);
            lines.Add(current);
            var key = Key(word, 0);
            if (!byBaseline.TryGetValue(key, out var others))
                byBaseline[key] = others = [];
            others.Add(current);
        }
        return lines;

        PdfLine? Earlier(PdfWord word)
        {
            for (var offset = -1; offset <= 1; offset++)
            {
                foreach (var line in byBaseline.GetValueOrDefault(Key(word, offset)) ?? [])
                {
                    if (line.SharesBaseline(word) && line.Distance(word) <= ReturnReach * line.Size)
                        return line;
                }
            }
            return null;
        }
    }

    private static (TextOrientation, long) Key(PdfWord word, int offset) => (word.Direction, (long)Math.Floor(word.V / 4) + offset);
}
