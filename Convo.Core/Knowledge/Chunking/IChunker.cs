namespace Convo.Core.Knowledge;

/// <summary>Cuts a document into passages for search.</summary>
public interface IChunker
{
    /// <summary>Chunks in document order; together they cover every character that is not white space. Empty for no blocks.</summary>
    IReadOnlyList<ChunkDraft> Chunk(ExtractedDocument document, CanonicalText text);
}

/// <summary>A passage before it is stored.</summary>
/// <param name="Index">0, 1, 2 … without gaps.</param>
/// <param name="Text">Exactly <c>canonical[CharStart..CharEnd]</c>.</param>
/// <param name="HeadingPath">Headings above it, outermost first, joined by " › "; a table's columns come last when its header is not in the text.</param>
/// <param name="PageFrom">Page of its first character.</param>
/// <param name="PageTo">Page of its last character.</param>
/// <param name="CharStart">UTF-16 offset; may lie before the previous chunk's end (overlap).</param>
/// <param name="CharEnd">Exclusive.</param>
/// <param name="TokenCount">o200k tokens of <paramref name="Text"/>.</param>
public sealed record ChunkDraft(
    int Index, string Text, string? HeadingPath, int PageFrom, int PageTo, int CharStart, int CharEnd, int TokenCount);
