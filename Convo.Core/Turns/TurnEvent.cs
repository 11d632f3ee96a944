using System.Text.Json.Serialization;
using Convo.Core.Conversations;
using Convo.Core.Knowledge;
using Convo.Core.Usage;

namespace Convo.Core.Turns;

/// <summary>One numbered entry of a turn's log. The browser, the SSE API and another node all read the same log.</summary>
/// <param name="Seq">1, 2, 3 … without a gap within a turn.</param>
public sealed record TurnEvent(long Seq, TurnEventData Data);

/// <summary>What happened. The discriminators are the event names of the public stream.</summary>
[JsonPolymorphic(TypeDiscriminatorPropertyName = "event")]
[JsonDerivedType(typeof(TurnStarted), "start")]
[JsonDerivedType(typeof(TurnStageChanged), "status")]
[JsonDerivedType(typeof(TurnDelta), "delta")]
[JsonDerivedType(typeof(TurnCitations), "citations")]
[JsonDerivedType(typeof(TurnUsage), "usage")]
[JsonDerivedType(typeof(TurnDone), "done")]
[JsonDerivedType(typeof(TurnFailed), "error")]
[JsonDerivedType(typeof(TurnContextCut), "context")]
[JsonDerivedType(typeof(TurnModelSwitched), "model")]
public abstract record TurnEventData
{
    /// <summary>Whether nothing follows.</summary>
    [JsonIgnore]
    public bool IsTerminal => this is TurnDone or TurnFailed;
}

public sealed record TurnStarted(Guid ThreadId, Guid? UserMessageId, Guid MessageId, string Model, string Provider) : TurnEventData;

public enum TurnStage
{
    Retrieving,
    Thinking,
    Answering,
}

public sealed record TurnStageChanged(TurnStage Stage) : TurnEventData;

/// <summary>The oldest turns of the chat did not fit into the model's window any more.</summary>
public sealed record TurnContextCut(int OmittedMessages) : TurnEventData;

/// <summary>The model that was chosen failed before its first word; this one answers instead.</summary>
/// <param name="Reason">The code of the failure.</param>
public sealed record TurnModelSwitched(string Model, string Provider, string Reason) : TurnEventData;

public sealed record TurnDelta(string Text) : TurnEventData;

public sealed record TurnCitations(IReadOnlyList<Citation> Citations) : TurnEventData;

/// <param name="Budget">The tightest budget after this turn; null when nothing is limited.</param>
public sealed record TurnUsage(
    int InputTokens, int CachedInputTokens, int OutputTokens, int ReasoningTokens, decimal? Cost, bool Estimated, BudgetState? Budget) : TurnEventData;

/// <summary>The turn ended well or was stopped.</summary>
public sealed record TurnDone(Guid MessageId, MessageStatus Status, string? FinishReason) : TurnEventData;

/// <summary>The turn failed or was interrupted; the text so far is kept.</summary>
public sealed record TurnFailed(Guid MessageId, MessageStatus Status, string Code, string Detail, double? RetryAfter = null) : TurnEventData;
