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

    /// <summary>Writes the text so far of running turns and renews their leases, all in one statement that waits for no other's lock.</summary>
    /// <returns>What became of each, in the order given.</returns>
    Task<IReadOnlyList<TurnLease>> CheckpointAsync(IReadOnlyList<TurnCheckpoint> checkpoints, DateTimeOffset leaseUntil, CancellationToken cancellationToken);

    /// <summary>
    /// Ends the turn with its text, usage, citations and ledger row in one transaction, if it still runs. The ledger row is written even
    /// when the answer is gone. A repeat after a lost reply answers as the first would have.
    /// </summary>
    Task<TurnEnding> FinishAsync(FinishedTurn turn, CancellationToken cancellationToken);

    /// <summary>Asks the node that runs the turn to stop it. No effect on one that has ended.</summary>
    Task RequestStopAsync(Guid turnId, CancellationToken cancellationToken);

    /// <summary>
    /// Takes running turns whose lease ran out before <paramref name="expiredBefore"/> (all that run when it is null) and gives each a lease
    /// until <paramref name="claimedUntil"/>, so that no other node takes it as well. At most 100, the oldest lease first.
    /// </summary>
    /// <param name="except">Turns that run on this node.</param>
    Task<IReadOnlyList<ExpiredTurn>> ClaimExpiredAsync(
        DateTimeOffset? expiredBefore, DateTimeOffset claimedUntil, IReadOnlyList<Guid> except, CancellationToken cancellationToken);

    /// <summary>The answer that was started with an idempotency key of this person; null when none was.</summary>
    Task<TurnAcceptance?> FindByKeyAsync(Guid userId, string key, CancellationToken cancellationToken);
}

/// <summary>What a checkpoint found.</summary>
public enum TurnLease
{
    Held,
    /// <summary>Held, and its reader wants it stopped.</summary>
    StopRequested,
    /// <summary>Another transaction has its row in hand. Nothing was renewed; who that is shows at the next checkpoint.</summary>
    Busy,
    /// <summary>The turn is no longer this writer's, or its answer is gone.</summary>
    Lost,
}

/// <param name="Won">The answer ended the way that was asked for; false: somebody else ended it, or it is gone.</param>
/// <param name="Recorded">The ledger has these figures for the turn, so that they are to be settled.</param>
public sealed record TurnEnding(bool Won, bool Recorded);

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

public sealed record TurnAcceptance(Guid ThreadId, Guid UserMessageId, Guid AnswerId, bool Replayed)
{
    /// <summary>What a new user message follows; null for the first of its branch, and where the question is an older one.</summary>
    public Guid? ParentId { get; init; }
}

/// <param name="InputTokens">Of the prompt, once it is put together; 0 before, which keeps the estimate.</param>
public sealed record TurnCheckpoint(Guid AnswerId, Guid TurnId, string Content, long LastSeq, int InputTokens);

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
