using System.Diagnostics.CodeAnalysis;
using System.Text;

namespace Convo.Core.Turns;

/// <summary>
/// A turn that runs on this node: its log in memory, and the switches that end it. One writer, any number of readers;
/// readers take what is there and then wait on <see cref="Slice.Changed"/>, so nothing falls between the two.
/// A reader is shown an event when the shared log has it (<see cref="Share"/>): what somebody has seen outlives this node.
/// </summary>
[SuppressMessage("Reliability", "CA1001", Justification = "A source without timer or parent holds nothing to release, and stop requests may come late.")]
internal sealed class LiveTurn(TurnPlan plan)
{
    private readonly Lock _gate = new();
    private readonly List<TurnEvent> _events = [];
    private readonly StringBuilder _text = new();
    private readonly CancellationTokenSource _ended = new();
    private readonly TaskCompletionSource _complete = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private TaskCompletionSource? _appended;
    private TaskCompletionSource? _shared;
    private long _readable;
    private volatile bool _local;
    private volatile TurnPhase _phase;
    private bool _abandoned;
    private long _leaseUntil = plan.LeaseUntil.UtcTicks;

    public TurnPlan Plan { get; } = plan;

    /// <summary>Cancelled when the turn has to end before its provider does.</summary>
    public CancellationToken Ending => _ended.Token;

    /// <summary>Why <see cref="Ending"/> was cancelled; the first reason stands.</summary>
    public EndReason Reason { get; private set; }

    /// <summary>Tokens of the prompt, once the provider was called.</summary>
    public int PromptTokens { get; set; }

    /// <summary>Completes with the terminal event.</summary>
    public Task Complete => _complete.Task;

    public TurnPhase Phase
    {
        get => _phase;
        set => _phase = value;
    }

    /// <summary>Until when no other node can have taken the turn over.</summary>
    public DateTimeOffset LeaseUntil
    {
        get => new(Interlocked.Read(ref _leaseUntil), TimeSpan.Zero);
        set => Interlocked.Exchange(ref _leaseUntil, value.UtcTicks);
    }

    public TurnEvent Append(TurnEventData data)
    {
        TaskCompletionSource? appended;
        TurnEvent entry;
        lock (_gate)
        {
            entry = new TurnEvent(_events.Count + 1, data);
            _events.Add(entry);
            if (data is TurnDelta delta)
            {
                _text.Append(delta.Text);
            }

            (appended, _appended) = (_appended, null);
        }

        appended?.TrySetResult();
        if (data.IsTerminal)
        {
            _complete.TrySetResult();
        }

        if (_local)
        {
            Share(entry.Seq);
        }

        return entry;
    }

    /// <summary>Lets readers see everything up to <paramref name="seq"/>.</summary>
    public void Share(long seq)
    {
        TaskCompletionSource? shared;
        lock (_gate)
        {
            if (seq <= _readable)
            {
                return;
            }

            _readable = Math.Min(seq, _events.Count);
            (shared, _shared) = (_shared, null);
        }

        shared?.TrySetResult();
    }

    /// <summary>While the shared log is away, readers here see events as they come. Whoever ends this mode makes them wait for the log again.</summary>
    public void GoOnLocally(bool local)
    {
        _local = local;
        if (local)
        {
            Share(long.MaxValue);
        }
    }

    /// <summary>The text so far and the seq of the last event, as of one moment.</summary>
    public (string Text, long LastSeq) Snapshot()
    {
        lock (_gate)
        {
            return (_text.ToString(), _events.Count);
        }
    }

    /// <summary>What readers may see after <paramref name="afterSeq"/>, and what to wait on for more.</summary>
    public Slice Since(long afterSeq)
    {
        lock (_gate)
        {
            _shared ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return SliceOf(afterSeq, _readable, _shared.Task);
        }
    }

    /// <summary>Everything after <paramref name="afterSeq"/>, for whoever shares it.</summary>
    public Slice Unshared(long afterSeq)
    {
        lock (_gate)
        {
            _appended ??= new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
            return SliceOf(afterSeq, _events.Count, _appended.Task);
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
        TaskCompletionSource? appended;
        TaskCompletionSource? shared;
        lock (_gate)
        {
            _abandoned = true;
            (appended, shared, _appended, _shared) = (_appended, _shared, null, null);
        }

        appended?.TrySetResult();
        shared?.TrySetResult();
    }

    private Slice SliceOf(long afterSeq, long end, Task changed)
    {
        var from = (int)Math.Clamp(afterSeq, 0, end);
        return new Slice(from == end ? [] : _events.GetRange(from, (int)end - from), changed, _abandoned);
    }
}

/// <param name="Changed">Completes at the next event.</param>
/// <param name="Abandoned">No further event will come.</param>
internal sealed record Slice(IReadOnlyList<TurnEvent> Events, Task Changed, bool Abandoned);

internal enum TurnPhase
{
    Generating,
    /// <summary>All text is here; its end is being stored and paid.</summary>
    Settling,
    /// <summary>Stored, or given up: there is nothing left to keep.</summary>
    Over,
}

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
