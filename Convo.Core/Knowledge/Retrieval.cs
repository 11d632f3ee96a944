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
/// <param name="Weights">How much each leg counts; null: as the embedder in use deserves.</param>
public sealed record RetrievalQuery(
    string Text, RetrievalScope Scope, int Limit = 12, int TokenBudget = 6000, SearchMode Mode = SearchMode.Hybrid, FusionWeights? Weights = null);

/// <summary>How much each leg of a search counts in rank fusion; 0 leaves a leg's ranking out.</summary>
public sealed record FusionWeights(double Keyword, double Vector);

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
    string? Cut)
{
    /// <summary>Its place after fusion, 1 is best; null for a passage that no leg found.</summary>
    public int? FusedRank { get; init; }

    /// <summary>What the reranker gave it; null when none was asked.</summary>
    public double? RerankScore { get; init; }

    /// <summary>It goes on where the passage before it ends: the two are one section of their file.</summary>
    public bool Continues { get; init; }
}

/// <param name="Passages">What goes to the model, in the order of its numbers.</param>
/// <param name="CutPassages">What was found and left out.</param>
public sealed record Retrieval(string Query, IReadOnlyList<Passage> Passages, IReadOnlyList<Passage> CutPassages)
{
    public static Retrieval None { get; } = new("", [], []);

    /// <summary>What the person wrote, when a follow-up was made self-contained before the search; null when it was searched as it is.</summary>
    public string? Question { get; init; }

    /// <summary>How much each leg counted; null for answers from before this was kept.</summary>
    public FusionWeights? Weights { get; init; }

    /// <summary>Where was searched; null for answers from before this was kept.</summary>
    public RetrievalScope? Scope { get; init; }

    /// <summary>The model that put the passages into their order after fusion; null when none did.</summary>
    public string? Reranker { get; init; }
}
