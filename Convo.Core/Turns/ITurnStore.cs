using Convo.Core.Accounts;
using Convo.Core.Conversations;
using Convo.Core.Knowledge;
using Convo.Core.Shared;
using Convo.Core.Usage;

namespace Convo.Core.Turns;

/// <summary>Turns in the database. Every write of a running turn names its turn id, so that a node which was taken for dead changes nothing.</summary>
public interface ITurnStore
{
    /// <summary>
    /// In one transaction: claims the idempotency key, checks ownership and that no turn runs on the branch, calls <paramref name="reserve"/>,
    /// writes both messages. Nothing is stored when any of it throws.
    /// </summary>
    /// <returns>The ids that were stored, or those of the first request with the same key.</returns>
    Task<TurnAcceptance> AcceptAsync(NewTurn turn, Func<CancellationToken, Task> reserve, CancellationToken cancellationToken);

    /// <summary>Writes the text so far and renews the lease. False: the turn is no longer this writer's.</summary>
    Task<bool> CheckpointAsync(TurnCheckpoint checkpoint, CancellationToken cancellationToken);

    /// <summary>
    /// Ends the turn with its text, usage, citations and ledger row in one transaction, if it still runs.
    /// False: somebody else ended it, nothing was written.
    /// </summary>
    Task<bool> FinishAsync(FinishedTurn turn, CancellationToken cancellationToken);

    /// <summary>Running turns whose lease ran out before <paramref name="expiredBefore"/>; all that run when it is null. At most 100, the oldest lease first.</summary>
    Task<IReadOnlyList<ExpiredTurn>> ListExpiredAsync(DateTimeOffset? expiredBefore, CancellationToken cancellationToken);
}

/// <param name="Thread">Set when the turn opens a new thread.</param>
/// <param name="UserMessage">Null when an existing user message is answered again.</param>
/// <param name="AnswerTo">The user message that is answered: the new one's id, or an existing one's.</param>
/// <param name="InputTokens">Estimate of the prompt, so that a turn whose node dies early can still be settled.</param>
public sealed record NewTurn(
    Caller Caller,
    Guid TurnId,
    Guid ThreadId,
    NewThreadRow? Thread,
    NewUserMessage? UserMessage,
    Guid AnswerTo,
    Guid AnswerId,
    string Model,
    string Provider,
    int InputTokens,
    IdempotencyClaim? Claim,
    DateTimeOffset Now,
    DateTimeOffset LeaseUntil);

public sealed record NewThreadRow(string? Model, double? Temperature, string? SystemPrompt, IReadOnlyList<Guid> CollectionIds);

/// <param name="ParentId">Null and not <paramref name="AsRoot"/>: the thread's active leaf.</param>
/// <param name="Title">Given to the thread when it has none.</param>
public sealed record NewUserMessage(string Content, Guid? ParentId, bool AsRoot, IReadOnlyList<Guid> AttachmentIds, string Title);

/// <param name="RequestHash">SHA-256 of what was asked: another request under the same key is an error.</param>
public sealed record IdempotencyClaim(string Key, byte[] RequestHash);

public sealed record TurnAcceptance(Guid ThreadId, Guid UserMessageId, Guid AnswerId, bool Replayed);

/// <param name="InputTokens">Of the prompt, once it is put together; 0 before, which keeps the estimate.</param>
public sealed record TurnCheckpoint(Guid AnswerId, Guid TurnId, string Content, long LastSeq, int InputTokens, DateTimeOffset LeaseUntil);

/// <param name="Ledger">Null when nothing is to be paid.</param>
public sealed record FinishedTurn(
    Guid AnswerId,
    Guid TurnId,
    string Content,
    long LastSeq,
    MessageStatus Status,
    string? FinishReason,
    Problem? Error,
    MessageUsage? Usage,
    LedgerEntry? Ledger,
    IReadOnlyList<Citation> Citations,
    Retrieval? Retrieval,
    TimeSpan? TimeToFirstDelta,
    TimeSpan Duration,
    DateTimeOffset Now)
{
    /// <summary>The model that answered, when it was not the one that was chosen.</summary>
    public Models.ModelInfo? AnsweredBy { get; init; }

    /// <summary>Messages of the chat that did not fit into the prompt; null when no prompt was made.</summary>
    public int? OmittedMessages { get; init; }
}

/// <summary>A turn that its node left behind, with what is needed to settle it.</summary>
public sealed record ExpiredTurn(
    Guid AnswerId,
    Guid TurnId,
    Guid ThreadId,
    Guid OwnerId,
    Guid? TeamId,
    Guid? ApiKeyId,
    string Model,
    string Provider,
    string Content,
    long LastSeq,
    int InputTokens,
    DateTimeOffset CreatedAt);
