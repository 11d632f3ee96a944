namespace Convo.Core.Knowledge;

/// <summary>What a block of a document is; it decides how the chunker may cut it.</summary>
public enum BlockKind { Heading, Paragraph, ListItem, Table, Code }

/// <summary>One piece of a document in reading order. A table's text is markdown, one row a line, the header first.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Text">Clean text: never blank, NFC, no control characters but line feed and tab, no lone surrogates.</param>
/// <param name="Page">1-based; formats without pages use 1 throughout.</param>
/// <param name="Level">1–6 for a heading, nesting depth from 1 for a list item, else 0.</param>
public sealed record Block(BlockKind Kind, string Text, int Page, int Level);

/// <summary>A document as its reader saw it.</summary>
/// <param name="MediaType">What the file really is, whatever its name says.</param>
/// <param name="Title">The title its metadata or first heading gives, if any.</param>
/// <param name="Pages">At least 1.</param>
/// <param name="Blocks">In reading order; pages never fall.</param>
public sealed record ExtractedDocument(string MediaType, string? Title, int Pages, IReadOnlyList<Block> Blocks)
{
    /// <summary>Pages that show something but hold no text: scans. Ascending.</summary>
    public IReadOnlyList<int> TextlessPages { get; init; } = [];
}
