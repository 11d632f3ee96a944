using Convo.Core.Accounts;
using Convo.Core.Conversations;
using Microsoft.Extensions.AI;

namespace Convo.Core.Turns.Completions;

/// <summary>
/// Answers for programs: one provider call a request, under the same budgets, models and ledger as a turn. Nothing of it is stored but its
/// bill, unless it is asked for in a thread.
/// </summary>
public interface ICompletionService
{
    /// <summary>
    /// Reserves, calls the model and hands on what it says; <see cref="CompletionStarted"/> comes first, <see cref="CompletionEnded"/> last,
    /// after the use is settled. Whoever stops reading or cancels ends the provider's call; what was delivered by then is billed once.
    /// </summary>
    /// <exception cref="Shared.ConvoException">400 naming the field, 404 <c>model_not_found</c>, 429 <c>budget_exceeded</c>, 503.</exception>
    /// <exception cref="Models.ProviderException">The provider failed; text that came before it is billed.</exception>
    IAsyncEnumerable<CompletionUpdate> StreamAsync(Caller caller, CompletionRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// The same as a turn of a thread of the caller: the last message is stored there as the person's, with the answer. The thread has the
    /// history, so the earlier messages are not looked at. Cancelling stops the turn; its partial answer is kept.
    /// </summary>
    /// <exception cref="Shared.ConvoException">Also 404 for a foreign thread, 409 <c>turn_running</c>.</exception>
    IAsyncEnumerable<CompletionUpdate> StreamInThreadAsync(
        Caller caller, Guid threadId, CompletionRequest request, string? idempotencyKey, CancellationToken cancellationToken);
}

/// <summary>A request with everything in it.</summary>
/// <param name="Model">Id or <c>provider/id</c>; null: the default one.</param>
/// <param name="Messages">In order, instructions among them. Pictures are <see cref="DataContent"/>.</param>
public sealed record CompletionRequest(string? Model, IReadOnlyList<ChatMessage> Messages)
{
    /// <summary>The most that may be written; null: <see cref="TurnOptions.DefaultMaxOutputTokens"/>. A budget that is nearly spent lowers it.</summary>
    public int? MaxOutputTokens { get; init; }

    public double? Temperature { get; init; }

    public double? TopP { get; init; }

    public double? FrequencyPenalty { get; init; }

    public double? PresencePenalty { get; init; }

    public long? Seed { get; init; }

    public IReadOnlyList<string> Stop { get; init; } = [];

    /// <summary>Null: plain text.</summary>
    public ChatResponseFormat? ResponseFormat { get; init; }

    /// <summary>Whether the schema of <see cref="ResponseFormat"/> binds the model, where a provider can do that.</summary>
    public bool StrictSchema { get; init; }
}

public abstract record CompletionUpdate;

/// <param name="Id">Of the ledger's row; in a thread of the answer.</param>
/// <param name="Model">The model that was chosen, as <see cref="Models.ModelInfo.QualifiedId"/>.</param>
public sealed record CompletionStarted(Guid Id, string Model, DateTimeOffset At) : CompletionUpdate;

/// <summary>The model that was chosen failed before its first word; another one, which an administrator put behind it, answers.</summary>
public sealed record CompletionSwitched(string Model) : CompletionUpdate;

public sealed record CompletionDelta(string Text) : CompletionUpdate;

/// <param name="FinishReason"><c>stop</c>, <c>length</c> or <c>content_filter</c>.</param>
public sealed record CompletionEnded(string FinishReason, MessageUsage Usage) : CompletionUpdate;
