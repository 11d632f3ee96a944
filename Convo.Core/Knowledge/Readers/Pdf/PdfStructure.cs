using System.Text.RegularExpressions;

namespace Convo.Core.Knowledge;

/// <summary>Decides over the whole document what each block is: running header, heading, list item or paragraph.</summary>
internal static partial class PdfStructure
{
    private const double HeadingRatio = 1.15;
    private const int MaxHeading = 200;

    public static void Write(IReadOnlyList<PdfBlock> blocks, PdfOutline outline, DocumentBuilder output)
    {
        var body = BodySize(blocks);
        var levels = HeadingSizes(blocks, body);
        var repeated = RunningLines(blocks);
        var written = new HashSet<string>(StringComparer.Ordinal);
        foreach (var block in blocks)
        {
            // Said once, a running header is information (whose document, which version); said on every page it is noise.
            if (IsAtEdge(block) && Shape(block.Text) is var shape && repeated.Contains(shape) && !written.Add(shape))
                continue;
            if (outline.LevelOf(block) is { } level)
                output.Heading(block.Text, level, block.Page);
            else if (block.Rows is { } rows)
                output.Table(rows, block.Page);
            else if (IsHeading(block, body))
                output.Heading(block.Text, outline.Depth + LevelOf(block, body, levels), block.Page);
            else
                WriteBody(block, output);
        }
    }

    private static void WriteBody(PdfBlock block, DocumentBuilder output)
    {
        var item = new List<string>();
        var isItem = false;
        foreach (var line in block.Lines)
        {
            if (Bullet().IsMatch(line))
            {
                Flush();
                isItem = true;
            }
            item.Add(line);
        }
        Flush();

        void Flush()
        {
            if (isItem)
                output.ListItem(PdfLines.Join(item), 1, block.Page);
            else
                output.Paragraph(PdfLines.Join(item), block.Page);
            item.Clear();
        }
    }

    /// <summary>The size most letters have.</summary>
    private static double BodySize(IEnumerable<PdfBlock> blocks) =>
        blocks.GroupBy(block => block.Size).OrderByDescending(group => group.Sum(block => block.Letters)).Select(group => group.Key).FirstOrDefault();

    private static List<double> HeadingSizes(IEnumerable<PdfBlock> blocks, double body) =>
        blocks.Where(block => IsHeading(block, body) && block.Size >= body * HeadingRatio)
            .Select(block => Math.Round(block.Size)).Distinct().OrderDescending().Take(5).ToList();

    private static bool IsHeading(PdfBlock block, double body)
    {
        if (block.Size <= 0 || block.Lines.Count > 3 || block.Text.Length is < 2 or > MaxHeading || !block.Text.Any(char.IsLetter))
            return false;
        if (block.Size >= body * HeadingRatio)
            return true;
        return block.IsBold && block.Size >= body * 0.95 && block.Text.Length <= 120 && block.Lines.Count <= 2 && block.Text[^1] is not ('.' or ',' or ';');
    }

    private static int LevelOf(PdfBlock block, double body, List<double> levels)
    {
        var index = block.Size >= body * HeadingRatio ? levels.IndexOf(Math.Round(block.Size)) : -1;
        return index < 0 ? levels.Count + 1 : index + 1;
    }

    /// <summary>Lines at the edge of many pages that differ in numbers only.</summary>
    private static HashSet<string> RunningLines(IReadOnlyList<PdfBlock> blocks)
    {
        var pages = blocks.Select(block => block.Page).Distinct().Count();
        return pages < 4 ? [] : blocks.Where(IsAtEdge).GroupBy(block => Shape(block.Text))
            .Where(group => group.Select(block => block.Page).Distinct().Count() is var on && on >= 3 && on >= pages * 0.3)
            .Select(group => group.Key).ToHashSet();
    }

    private static bool IsAtEdge(PdfBlock block) => block.Lines.Count <= 2 && block.Top is < 0.1 or > 0.9;

    private static string Shape(string text) => Digits().Replace(text, "#");

    [GeneratedRegex(@"[0-9]+", RegexOptions.NonBacktracking)]
    private static partial Regex Digits();

    [GeneratedRegex(@"^\s*([•◦▪‣●○■–*·]\s|[0-9]{1,3}[.)]\s+\p{L}|[a-z]\)\s)", RegexOptions.NonBacktracking)]
    private static partial Regex Bullet();
}
