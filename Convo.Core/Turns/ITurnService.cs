using Convo.Core.Accounts;
using Convo.Core.Conversations;

namespace Convo.Core.Turns;

/// <summary>Starts and stops turns. A turn runs in the host, never in a circuit or a request: who goes away misses nothing.</summary>
public interface ITurnService
{
    /// <summary>
    /// Stores the user's message and starts its answer, in a new thread when none is named. Nothing is stored when this throws.
    /// </summary>
    /// <exception cref="Shared.ConvoException">400 empty or unknown model, 404 foreign ids, 409 <c>turn_running</c>, 413 <c>message_too_long</c>,
    /// 422 <c>idempotency_key_reused</c>, 429 <c>budget_exceeded</c>, 503.</exception>
    Task<AcceptedTurn> SubmitAsync(Caller caller, SubmitMessage request, CancellationToken cancellationToken);

    /// <summary>A new sibling of an answer, to the same user message.</summary>
    Task<AcceptedTurn> RegenerateAsync(Caller caller, Guid messageId, RegenerateMessage request, CancellationToken cancellationToken);

    /// <summary>
    /// What an idempotency key of this person started; null when nothing. It tells a client that heard no reply whether to send again.
    /// </summary>
    Task<AcceptedTurn?> FindAsync(Caller caller, string idempotencyKey, CancellationToken cancellationToken);

    /// <summary>Stops a running turn on whatever node it runs; the partial text is kept and billed. No effect on a finished one.</summary>
    Task StopAsync(Caller caller, Guid messageId, CancellationToken cancellationToken);
}

/// <param name="ThreadId">Null makes a thread.</param>
/// <param name="ParentId">The message this one follows; null: the thread's active leaf (or the root of a new thread).</param>
/// <param name="AsRoot">Makes a sibling of the first message: it follows nothing although the thread has messages.</param>
/// <param name="IdempotencyKey">A repeat with this key gets the first result.</param>
public sealed record SubmitMessage(
    Guid? ThreadId,
    string Content,
    Guid? ParentId = null,
    bool AsRoot = false,
    IReadOnlyList<Guid>? AttachmentIds = null,
    IReadOnlyList<Guid>? CollectionIds = null,
    string? Model = null,
    double? Temperature = null,
    int? MaxOutputTokens = null,
    string? SystemPrompt = null,
    string? IdempotencyKey = null);

public sealed record RegenerateMessage(string? Model = null, double? Temperature = null, string? IdempotencyKey = null);

/// <param name="Replayed">The idempotency key was seen before; nothing new was started.</param>
public sealed record AcceptedTurn(Message UserMessage, Message Message, bool Replayed);

/// <summary>Reads a turn's log, running or finished, on any node.</summary>
public interface ITurnReader
{
    /// <summary>
    /// Every event after <paramref name="afterSeq"/>, once and in order, until the terminal one. When the log has expired the stored
    /// message answers as <c>start</c>, one <c>delta</c>, <c>citations</c>, <c>usage</c> and the end.
    /// </summary>
    /// <exception cref="Shared.ConvoException">404 for an unknown or foreign message.</exception>
    IAsyncEnumerable<TurnEvent> ReadAsync(Caller caller, Guid messageId, long afterSeq, CancellationToken cancellationToken);
}
