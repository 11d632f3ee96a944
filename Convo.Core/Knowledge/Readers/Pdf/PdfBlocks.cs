using UglyToad.PdfPig.Content;

namespace Convo.Core.Knowledge;

/// <summary>Groups consecutive lines into paragraphs.</summary>
internal static class PdfBlocks
{
    private const double MaxLeading = 1.9;
    private const double MinTableRows = 0.7;

    public static List<PdfBlock> Group(IReadOnlyList<PdfLine> lines, Page page)
    {
        var blocks = new List<PdfBlock>();
        var block = new List<PdfLine>();
        foreach (var line in lines)
        {
            if (block.Count > 0 && !Continues(block, line))
                Flush();
            block.Add(line);
        }
        Flush();
        return blocks;

        void Flush()
        {
            if (block.Count > 0)
                blocks.Add(ToBlock(block, page));
            block.Clear();
        }
    }

    private static bool Continues(List<PdfLine> block, PdfLine line)
    {
        var last = block[^1];
        var step = last.V - line.V;
        var size = Math.Max(last.Size, line.Size);
        if (line.First.Direction != last.First.Direction || step <= 0 || step > MaxLeading * size
            || Math.Abs(line.Size - last.Size) > 0.12 * size || IsBold(line) != IsBold(last)
            || line.Start > block.Max(other => other.End) || line.End < block.Min(other => other.Start))
        {
            return false;
        }
        // A wider step than between the lines so far, or a short line that ended a sentence, ends the paragraph.
        if (block.Count > 1 && step > 1.25 * (block[^2].V - last.V))
            return false;
        var width = block.Max(other => other.End) - block.Min(other => other.Start);
        return !(last.End < block.Max(other => other.End) - 0.2 * width && line.Start > last.Start - size && EndsSentence(last.Text()) && block.Count > 1);
    }

    private static bool EndsSentence(string text) => text.Length > 0 && text[^1] is '.' or '!' or '?' or ':' or '。';

    private static bool IsBold(PdfLine line) => line.BoldLetters > 0.8 * line.Letters;

    private static PdfBlock ToBlock(List<PdfLine> lines, Page page)
    {
        var letters = lines.Sum(line => line.Letters);
        var size = lines.GroupBy(line => line.Size).MaxBy(group => group.Sum(line => line.Letters))!.Key;
        var first = lines[0].First;
        var top = first.Direction == TextOrientation.Horizontal && page.Height > 0 ? (lines[0].V + lines[^1].V) / 2 / page.Height : 0.5;
        var rows = lines.ConvertAll(line => line.Cells());
        var isTable = rows.Count >= 2 && rows.Count(row => row.Count > 1) >= rows.Count * MinTableRows;
        return new PdfBlock(page.Number, lines.ConvertAll(line => line.Text()), size, lines.Sum(line => line.BoldLetters) > 0.8 * letters, letters, top, isTable ? rows : null);
    }
}
