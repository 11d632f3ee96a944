using Convo.Core.Accounts;
using Convo.Core.Shared;

namespace Convo.Core.Knowledge;

/// <summary>
/// For administrators: why an answer had the passages it had, and what other weights would have found. A search runs with the rights of the
/// answer's owner; words of passages that the administrator may not read are left out. Looking into another person's answer needs a reason and is
/// audited.
/// </summary>
public interface IRetrievalReplay
{
    /// <summary>Null when nothing was searched for that answer.</summary>
    /// <param name="reason">Needed when the answer is another person's.</param>
    /// <exception cref="ConvoException">400 reason; 403 <c>reading_off</c> unless the organisation allows it; 404.</exception>
    Task<Retrieval?> GetAsync(Caller caller, Guid messageId, string? reason, CancellationToken cancellationToken);

    /// <summary>Searches again as for that answer, with today's stock. Nothing is stored and no answer changes.</summary>
    Task<Retrieval> ReplayAsync(Caller caller, Guid messageId, ReplayRequest request, CancellationToken cancellationToken);

    /// <summary>Searches what the administrator may read.</summary>
    Task<Retrieval> TryAsync(Caller caller, ReplayRequest request, CancellationToken cancellationToken);
}

/// <param name="Question">Null: the one that was searched for.</param>
/// <param name="Weights">Null: those in use.</param>
/// <param name="Reason">Needed when the answer is another person's.</param>
public sealed record ReplayRequest(
    string? Question = null, FusionWeights? Weights = null, SearchMode Mode = SearchMode.Hybrid, int Limit = 12, int TokenBudget = 6000, string? Reason = null);

/// <summary>Answers with what was retrieved for them, whoever owns them.</summary>
public interface IRetrievalRecords
{
    /// <summary>Null when there is no such answer.</summary>
    Task<RetrievalRecord?> FindAsync(Guid messageId, CancellationToken cancellationToken);

    Task AuditAsync(AuditEntry entry, CancellationToken cancellationToken);
}

/// <param name="Question">The message it answers.</param>
/// <param name="CollectionIds">Those of its thread today.</param>
/// <param name="Retrieval">Without words; null when nothing was searched.</param>
public sealed record RetrievalRecord(Guid OwnerId, Guid? OwnerTeamId, Guid ThreadId, string Question, IReadOnlyList<Guid> CollectionIds, Retrieval? Retrieval);
