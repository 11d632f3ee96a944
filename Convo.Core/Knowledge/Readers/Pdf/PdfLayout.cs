<<<<<<< HEAD
using System.Text;
using UglyToad.PdfPig.Content;
using UglyToad.PdfPig.DocumentLayoutAnalysis;
using UglyToad.PdfPig.DocumentLayoutAnalysis.PageSegmenter;
using UglyToad.PdfPig.DocumentLayoutAnalysis.ReadingOrderDetector;
=======
using UglyToad.PdfPig.Content;
>>>>>>> extraction
using UglyToad.PdfPig.DocumentLayoutAnalysis.WordExtractor;
using UglyToad.PdfPig.Util;

namespace Convo.Core.Knowledge;

<<<<<<< HEAD
/// <summary>Finds a page's blocks in reading order.</summary>
internal static class PdfLayout
{
    // The layout algorithms compare neighbours of neighbours; a page with more letters is a drawing or an attack.
    private const int MaxLetters = 30_000;
=======
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
>>>>>>> extraction

    private static readonly NearestNeighbourWordExtractor Words = new(
        new NearestNeighbourWordExtractor.NearestNeighbourWordExtractorOptions { MaxDegreeOfParallelism = 1 });

<<<<<<< HEAD
    private static readonly DocstrumBoundingBoxes Segmenter = new(
        new DocstrumBoundingBoxes.DocstrumBoundingBoxesOptions { MaxDegreeOfParallelism = 1 });

    private static readonly UnsupervisedReadingOrderDetector Order = new(
        5, UnsupervisedReadingOrderDetector.SpatialReasoningRules.Basic, useRenderingOrder: true);

    public static IEnumerable<PdfBlock> BlocksOf(Page page)
    {
        var letters = page.Letters;
        if (letters.Count == 0)
            return [];
        if (letters.Count > MaxLetters)
            return InContentOrder(page);
        var words = Words.GetWords(DuplicateOverlappingTextProcessor.Get(letters)).Where(word => !string.IsNullOrWhiteSpace(word.Text)).ToList();
        var blocks = words.Count == 0 ? [] : Segmenter.GetBlocks(words);
        return Order.Get(blocks).Select(block => ToBlock(block, page)).ToList();
    }

    private static PdfBlock ToBlock(TextBlock block, Page page)
    {
        var letters = block.TextLines.SelectMany(line => line.Words).SelectMany(word => word.Letters).ToList();
        var sizes = letters.Select(letter => letter.PointSize).Order().ToList();
        var bold = letters.Count(letter => letter.FontDetails?.IsBold == true
            || letter.FontName?.Contains("bold", StringComparison.OrdinalIgnoreCase) == true);
        var middle = (block.BoundingBox.Top + block.BoundingBox.Bottom) / 2;
        return new PdfBlock(page.Number, block.TextLines.Select(LineText).ToList(), Math.Round(sizes[sizes.Count / 2], 1),
            bold > letters.Count * 0.8, letters.Count, page.Height > 0 ? middle / page.Height : 0.5);
    }

    private static string LineText(TextLine line)
    {
        var text = new StringBuilder();
        foreach (var word in line.Words)
        {
            if (text.Length > 0 && !(PdfLines.IsDense(text[^1]) && PdfLines.IsDense(word.Text[0])))
                text.Append(' ');
            text.Append(word.Text);
        }
        return text.ToString();
    }

    private static IEnumerable<PdfBlock> InContentOrder(Page page) =>
        DefaultWordExtractor.Instance.GetWords(page.Letters).Chunk(200)
            .Select(words => new PdfBlock(page.Number, [string.Join(' ', words.Select(word => word.Text))], 0, false, 200, 0.5));
=======
    public static List<PdfBlock> BlocksOf(Page page)
    {
        var letters = PdfDuplicates.Remove(page.Letters);
        var places = new Dictionary<Letter, int>(letters.Count, ReferenceEqualityComparer.Instance);
        for (var i = 0; i < letters.Count; i++)
            places[letters[i]] = i;
        var extractor = letters.Count > MaxLetters ? (IWordExtractor)DefaultWordExtractor.Instance : Words;
        var words = extractor.GetWords(letters).Where(word => !string.IsNullOrWhiteSpace(word.Text))
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
>>>>>>> extraction
}
