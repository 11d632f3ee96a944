using Convo.Core.Accounts;

namespace Convo.Core.Knowledge;

/// <summary>Finds the passages a question can be answered from, among what the caller may read.</summary>
public interface IRetriever
{
    /// <summary>Hybrid search (BM25 and vectors, fused by reciprocal rank); small documents in scope go in whole.</summary>
    Task<Retrieval> RetrieveAsync(Caller caller, RetrievalQuery query, CancellationToken cancellationToken);

    /// <summary>Whether the thread, these attachments or these collections hold anything to search, and at most how many tokens a retrieval would add.</summary>
    Task<int> MaxTokensAsync(Caller caller, RetrievalScope scope, CancellationToken cancellationToken);
}

/// <summary>Where to look: files of a thread (uploaded to it or sent with its messages), single files, collections. Empty: everything the caller may read.</summary>
public sealed record RetrievalScope(Guid? ThreadId, IReadOnlyList<Guid> AttachmentIds, IReadOnlyList<Guid> CollectionIds)
{
    public static RetrievalScope Everything { get; } = new(null, [], []);
}

public enum SearchMode
{
    Hybrid,
    Vector,
    Keyword,
}

/// <param name="Text">The question, self-contained.</param>
/// <param name="Limit">At most this many passages.</param>
/// <param name="TokenBudget">At most this many tokens of passage text; what does not fit is reported as cut.</param>
public sealed record RetrievalQuery(string Text, RetrievalScope Scope, int Limit = 12, int TokenBudget = 6000, SearchMode Mode = SearchMode.Hybrid);

/// <summary>A passage with how each leg of the search ranked it (1 is best; null: not found by that leg).</summary>
/// <param name="Number">The number it is cited by; 0 when it was cut.</param>
/// <param name="Cut">Why it did not reach the model, in plain words; null when it did.</param>
public sealed record Passage(
    int Number,
    Guid ChunkId,
    Guid AttachmentId,
    string Filename,
    string? HeadingPath,
    int PageFrom,
    int PageTo,
    int CharStart,
    int CharEnd,
    string Text,
    int TokenCount,
    double Score,
    int? KeywordRank,
    double? KeywordScore,
    int? VectorRank,
    double? VectorScore,
    string? Cut);

/// <param name="Passages">What goes to the model, in the order of its numbers.</param>
/// <param name="CutPassages">What was found and left out.</param>
public sealed record Retrieval(string Query, IReadOnlyList<Passage> Passages, IReadOnlyList<Passage> CutPassages)
{
    public static Retrieval None { get; } = new("", [], []);
}
