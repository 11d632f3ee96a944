using Convo.Core.Shared;

namespace Convo.Core.Knowledge;

/// <summary>
/// The work list. A run is fenced by its id: each write names it, and one that was overtaken (its lease expired and another took the file, or
/// the file is gone) changes nothing and is told so by false.
/// </summary>
public interface IIngestionStore
{
    /// <summary>
    /// Takes the next file: of the owner who was served longest ago, the oldest. Null when nothing waits.
    /// </summary>
    /// <param name="attachmentId">Only this one, when given.</param>
    Task<IngestionRun?> ClaimAsync(Guid? attachmentId, Guid runId, DateTimeOffset now, DateTimeOffset leaseUntil, CancellationToken cancellationToken);

    /// <summary>The original bytes, for the run that holds the file.</summary>
    Task<Stream> OpenAsync(Guid attachmentId, CancellationToken cancellationToken);

    Task<bool> RenewAsync(IngestionRun run, IngestionProgress progress, DateTimeOffset leaseUntil, CancellationToken cancellationToken);

    /// <summary>Keeps what extraction found, and moves on to embedding.</summary>
    Task<bool> SaveTextAsync(IngestionRun run, DocumentText text, DateTimeOffset leaseUntil, CancellationToken cancellationToken);

    /// <summary>What an earlier run's extraction found; null when the file has to be read.</summary>
    Task<DocumentText?> LoadTextAsync(Guid attachmentId, CancellationToken cancellationToken);

    /// <summary>Makes the passages searchable and the file ready, in one transaction.</summary>
    Task<bool> PublishAsync(IngestionRun run, Publication publication, CancellationToken cancellationToken);

    Task<bool> FailAsync(IngestionRun run, Problem problem, CancellationToken cancellationToken);

    /// <summary>Gives the file back to the queue.</summary>
    /// <param name="counts">False when the run ended for a reason of the host's, such as a shutdown: it is not one of the file's attempts.</param>
    Task<bool> ReleaseAsync(IngestionRun run, DateTimeOffset? notBefore, string? stage, bool counts, CancellationToken cancellationToken);

    /// <summary>Gives files of dead workers back to the queue, or fails them after <paramref name="maxAttempts"/>, and lists every file that is due.</summary>
    Task<IReadOnlyList<Guid>> SweepAsync(DateTimeOffset now, int maxAttempts, Problem exhausted, CancellationToken cancellationToken);
}

/// <param name="Attempt">1 for the first run.</param>
/// <param name="HasText">An earlier run extracted the text.</param>
public sealed record IngestionRun(Guid AttachmentId, Guid RunId, Guid OwnerId, Guid? OwnerTeamId, Guid? ThreadId, string Filename, string MediaType, int Attempt, bool HasText);

public sealed record IngestionProgress(AttachmentStatus Status, string Stage, double? Progress, int? Pages);

/// <summary>A document's text and where it is cut.</summary>
/// <param name="Text">What every offset counts in.</param>
/// <param name="Language">A text search configuration, such as <c>english</c>.</param>
public sealed record DocumentText(string Text, IReadOnlyList<PageStart> PageStarts, int Pages, string Language, IReadOnlyList<ChunkCut> Cuts);

/// <summary>A <see cref="ChunkDraft"/> without its words, which are <c>Text[CharStart..CharEnd]</c>.</summary>
public sealed record ChunkCut(string? HeadingPath, int PageFrom, int PageTo, int CharStart, int CharEnd, int TokenCount, string Language);

/// <param name="EmbeddingModels">Name the spaces of a passage's vectors, in their order.</param>
public sealed record Publication(DocumentText Document, IReadOnlyList<string> EmbeddingModels, IReadOnlyList<NewChunk> Chunks);

/// <param name="SearchText">Normalised words (see <see cref="SearchText"/>): file name, heading path, content.</param>
/// <param name="Embeddings">One vector a model of the publication.</param>
public sealed record NewChunk(Guid Id, int Position, ChunkCut Cut, string Content, string SearchText, IReadOnlyList<float[]> Embeddings);
