using System.Diagnostics.CodeAnalysis;
using System.Text;
using Convo.Core.Accounts;
using Convo.Core.Models;
using Convo.Core.Usage;

namespace Convo.Core.Turns;

/// <summary>What a turn was started with.</summary>
internal sealed record TurnPlan(
    Caller Caller,
    Guid TurnId,
    Guid ThreadId,
    Guid UserMessageId,
    Guid AnswerId,
    ModelInfo Model,
    double? Temperature,
    string? SystemPrompt,
    IReadOnlyList<Guid> CollectionIds,
    Hold Hold,
    DateTimeOffset AcceptedAt);

/// <summary>
/// A turn that runs on this node: its log in memory, and the switches that end it. One writer, any number of readers;
/// readers take what is there and then wait on <see cref="Slice.Changed"/>, so nothing falls between the two.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "A source without timer or parent holds nothing to release, and stop requests may come late.")]
internal sealed class LiveTurn(TurnPlan plan)
{
    private readonly Lock _gate = new();
    private readonly List<TurnEvent> _events = [];
    private readonly StringBuilder _text = new();
    private readonly CancellationTokenSource _ended = new();
    private TaskCompletionSource _changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private bool _abandoned;

    public TurnPlan Plan { get; } = plan;

    /// <summary>Cancelled when the turn has to end before its provider does.</summary>
    public CancellationToken Ending => _ended.Token;

    /// <summary>Why <see cref="Ending"/> was cancelled; the first reason stands.</summary>
    public EndReason Reason { get; private set; }

    /// <summary>Tokens of the prompt, once the provider was called.</summary>
    public int PromptTokens { get; set; }

    public TurnEvent Append(TurnEventData data)
    {
        TaskCompletionSource changed;
        TurnEvent entry;
        lock (_gate)
        {
            entry = new TurnEvent(_events.Count + 1, data);
            _events.Add(entry);
            if (data is TurnDelta delta)
            {
                _text.Append(delta.Text);
            }

            changed = _changed;
            _changed = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        }

        changed.TrySetResult();
        return entry;
    }

    /// <summary>The text so far and the seq of the last event, as of one moment.</summary>
    public (string Text, long LastSeq) Snapshot()
    {
        lock (_gate)
        {
            return (_text.ToString(), _events.Count);
        }
    }

    /// <summary>Everything after <paramref name="afterSeq"/>, and what to wait on for more.</summary>
    public Slice Since(long afterSeq)
    {
        lock (_gate)
        {
            var from = (int)Math.Clamp(afterSeq, 0, _events.Count);
            return new Slice(_events.GetRange(from, _events.Count - from), _changed.Task, _abandoned);
        }
    }

    /// <summary>Ends the turn early.</summary>
    public void End(EndReason reason)
    {
        lock (_gate)
        {
            if (Reason != EndReason.None)
            {
                return;
            }

            Reason = reason;
        }

        _ended.Cancel();
    }

    /// <summary>Another node ended this turn: readers here go on with what is stored.</summary>
    public void Abandon()
    {
        TaskCompletionSource changed;
        lock (_gate)
        {
            _abandoned = true;
            changed = _changed;
        }

        changed.TrySetResult();
    }
}

/// <param name="Changed">Completes at the next event.</param>
/// <param name="Abandoned">No further event will come.</param>
internal sealed record Slice(IReadOnlyList<TurnEvent> Events, Task Changed, bool Abandoned);

internal enum EndReason
{
    None,
    /// <summary>Its reader asked for it.</summary>
    Stopped,
    /// <summary>This node shuts down.</summary>
    Shutdown,
    /// <summary>The turn was taken over by another node.</summary>
    Fenced,
}
