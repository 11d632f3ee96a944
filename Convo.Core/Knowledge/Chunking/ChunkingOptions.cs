namespace Convo.Core.Knowledge;

/// <summary>Sizes of passages in tokens.</summary>
public sealed class ChunkingOptions
{
    public const string Section = "Convo:Chunking";

    /// <summary>No chunk has more, and most have not much less.</summary>
    public int MaxTokens { get; set; } = 512;

    /// <summary>Text repeated from the end of the previous chunk, at most; whole sentences only. 0 turns it off.</summary>
    public int OverlapTokens { get; set; } = 64;
}
