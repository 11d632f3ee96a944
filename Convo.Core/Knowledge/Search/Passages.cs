namespace Convo.Core.Knowledge;

internal static class Passages
{
    /// <param name="found">Null for a passage that is there because its file is given whole.</param>
    public static Passage Of(StoredChunk chunk, FusedChunk? found) => new(
        0, chunk.ChunkId, chunk.AttachmentId, chunk.Filename, chunk.HeadingPath, chunk.PageFrom, chunk.PageTo, chunk.CharStart, chunk.CharEnd,
        chunk.Text, chunk.TokenCount, found?.Score ?? 0, found?.KeywordRank, found?.KeywordScore, found?.VectorRank, found?.VectorScore, null)
    {
        FusedRank = found?.Rank,
        RerankScore = found?.RerankScore,
    };
}
