namespace Convo.Core.Knowledge;

/// <summary>
/// The stored passages, searched. Every method sees only what <paramref name="personId"/> may read within the scope, by a filter in the same
/// statement that ranks.
/// </summary>
public interface ISearchIndex
{
    /// <summary>How much there is to search, with the files small enough to be given whole.</summary>
    /// <param name="wholeTokens">Files of at most this many tokens, if they are named by thread or by id, are listed.</param>
    Task<ScopeExtent> ExtentAsync(Guid personId, RetrievalScope scope, int wholeTokens, CancellationToken cancellationToken);

    /// <summary>Whether the thread is the person's, and every file and collection that is named may be read by that person.</summary>
    Task<bool> MayReadAsync(Guid personId, RetrievalScope scope, CancellationToken cancellationToken);

    /// <summary>BM25, best first.</summary>
    /// <param name="searchText">The question as <see cref="SearchText.Of"/> gives it.</param>
    Task<IReadOnlyList<RankedChunk>> KeywordAsync(
        Guid personId, RetrievalScope scope, ScopeExtent extent, string searchText, int depth, CancellationToken cancellationToken);

    /// <summary>Inner product with the question's vector, best first.</summary>
    Task<IReadOnlyList<RankedChunk>> VectorAsync(
        Guid personId, RetrievalScope scope, ScopeExtent extent, string model, float[] query, int depth, CancellationToken cancellationToken);

    /// <summary>Passages by id, in no order; those that the person may not read (any more) are missing.</summary>
    Task<IReadOnlyList<StoredChunk>> LoadAsync(Guid personId, IReadOnlyList<Guid> chunkIds, CancellationToken cancellationToken);

    /// <summary>All passages of some files, in document order.</summary>
    Task<IReadOnlyList<StoredChunk>> LoadFilesAsync(Guid personId, IReadOnlyList<Guid> attachmentIds, CancellationToken cancellationToken);
}

/// <param name="Chunks">Passages in scope.</param>
/// <param name="Tokens">Their tokens together.</param>
/// <param name="SmallFiles">Files that may go in whole, newest first.</param>
public sealed record ScopeExtent(int Files, long Chunks, long Tokens, IReadOnlyList<SmallFile> SmallFiles);

public sealed record SmallFile(Guid AttachmentId, int Chunks, int Tokens);

public sealed record RankedChunk(Guid ChunkId, double Score);

public sealed record StoredChunk(
    Guid ChunkId, Guid AttachmentId, int Position, string Filename, string? HeadingPath, int PageFrom, int PageTo, int CharStart, int CharEnd, string Text, int TokenCount);
