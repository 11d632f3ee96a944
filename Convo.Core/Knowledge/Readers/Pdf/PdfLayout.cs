using System.Text;
using UglyToad.PdfPig.Content;
using UglyToad.PdfPig.DocumentLayoutAnalysis;
using UglyToad.PdfPig.DocumentLayoutAnalysis.PageSegmenter;
using UglyToad.PdfPig.DocumentLayoutAnalysis.ReadingOrderDetector;
using UglyToad.PdfPig.DocumentLayoutAnalysis.WordExtractor;
using UglyToad.PdfPig.Util;

namespace Convo.Core.Knowledge;

/// <summary>Finds a page's blocks in reading order.</summary>
internal static class PdfLayout
{
    // The layout algorithms compare neighbours of neighbours; a page with more letters is a drawing or an attack.
    private const int MaxLetters = 30_000;

    private static readonly NearestNeighbourWordExtractor Words = new(
        new NearestNeighbourWordExtractor.NearestNeighbourWordExtractorOptions { MaxDegreeOfParallelism = 1 });

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
}
