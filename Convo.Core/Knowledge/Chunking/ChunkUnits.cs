namespace Convo.Core.Knowledge;

/// <summary>A stretch of text that is not cut any further.</summary>
/// <param name="Block">Index of its block.</param>
/// <param name="Start">Offset in the canonical text.</param>
/// <param name="End">Exclusive.</param>
/// <param name="CanOverlap">Whether it may be repeated at the start of the next chunk: sentences may, rows and code lines not.</param>
internal readonly record struct ChunkUnit(int Block, int Start, int End, int Tokens, bool CanOverlap);

/// <summary>Cuts blocks into units of at most a chunk's size: sentences of paragraphs, rows of tables, lines of code.</summary>
internal static class ChunkUnits
{
    public static List<ChunkUnit> Of(Block block, int index, int blockStart, int maxTokens)
    {
        var units = new List<ChunkUnit>();
        var text = block.Text;
        var byLine = block.Kind is BlockKind.Table or BlockKind.Code;
        foreach (var range in byLine ? Lines(text) : SentenceSplitter.Split(text))
        {
            var (start, length) = range.GetOffsetAndLength(text.Length);
            AddPieces(start, start + length);
        }
        return units;

        void AddPieces(int start, int end)
        {
            while (start < end)
            {
                var piece = text.AsSpan(start, end - start);
                var length = piece.Length <= TokenCounter.MaxRun && TokenCounter.Count(piece) <= maxTokens
                    ? piece.Length
                    : TokenCounter.Fit(piece, maxTokens);
                var kept = piece[..length].TrimEnd();
                if (kept.Length > 0)
                {
                    units.Add(new ChunkUnit(index, blockStart + start, blockStart + start + kept.Length, TokenCounter.Count(kept),
                        !byLine && block.Kind != BlockKind.Heading));
                }
                start += length;
                while (start < end && char.IsWhiteSpace(text[start]))
                    start++;
            }
        }
    }

    private static List<Range> Lines(string text)
    {
        var lines = new List<Range>();
        for (var start = 0; start < text.Length;)
        {
            var feed = text.IndexOf('\n', start);
            var end = feed < 0 ? text.Length : feed;
            if (!text.AsSpan(start, end - start).IsWhiteSpace())
                lines.Add(start..end);
            start = end + 1;
        }
        return lines;
    }
}
