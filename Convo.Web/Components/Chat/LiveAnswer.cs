using Convo.Core.Accounts;
using Convo.Core.Knowledge;
using Convo.Core.Shared;
using Convo.Core.Turns;
using Convo.Web.Components.Chat.Markdown;

namespace Convo.Web.Components.Chat;

/// <summary>What a running answer looks like now.</summary>
/// <param name="Blocks">Safe HTML, one string for each top-level block; all but the last are final.</param>
/// <param name="Lost">The log cannot be read at the moment; the turn itself goes on without us.</param>
public sealed record LiveState(IReadOnlyList<string> Blocks, TurnStage? Stage, IReadOnlyList<Citation> Citations, TurnFailed? Failure, bool Done, bool Lost)
{
    public static LiveState Empty { get; } = new([], null, [], null, false, false);
}

/// <summary>
/// Follows the log of one turn and tells its listeners at most ten times a second: a frame costs the server and the browser the same
/// whether it brings one token or twenty. The turn runs elsewhere, so dropping this object stops nothing.
/// </summary>
public sealed partial class LiveAnswer : IAsyncDisposable
{
    /// <summary>Between two repaints; the first delta is shown at once.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    /// <summary>After a repaint that took long the next one waits so many times as long: no text takes more than a tenth of a processor.</summary>
    private const int RestAfterWork = 10;

    /// <summary>So many failed attempts are told to the reader. It goes on trying: the turn goes on as well.</summary>
    private const int LostAfter = 5;

    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(3);

    private readonly ITurnReader _reader;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly MarkdownService _markdown;
    private StreamingMarkdown _text;
    private readonly CancellationTokenSource _gone = new();
    private readonly Lock _lock = new();
    private readonly ITimer _timer;
    private bool _scheduled;
    private long _lastFlush = long.MinValue;
    private TimeSpan _pause = Interval;
    private long _seq;
    private Task _pump = Task.CompletedTask;

    internal LiveAnswer(ITurnReader reader, MarkdownService markdown, TimeProvider time, ILogger logger, Guid messageId)
    {
        (_reader, _markdown, _time, _logger, MessageId) = (reader, markdown, time, logger, messageId);
        _text = new StreamingMarkdown(markdown);
        _timer = time.CreateTimer(_ => Flush(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public Guid MessageId { get; }

    public LiveState State { get; private set; } = LiveState.Empty;

    /// <summary>Raised on any thread: a listener renders through InvokeAsync.</summary>
    public event Action? Changed;

    /// <summary>Ends with the turn's last event, or when this object is disposed.</summary>
    public Task Completion => _pump;

    public void Start(Caller caller) => _pump = Task.Run(() => FollowAsync(caller));

    public async ValueTask DisposeAsync()
    {
        await _gone.CancelAsync();
        await _pump;
        await _timer.DisposeAsync();
        _gone.Dispose();
    }

    private async Task FollowAsync(Caller caller)
    {
        for (var attempt = 1; !State.Done && !_gone.IsCancellationRequested; attempt++)
        {
            try
            {
                await foreach (var entry in _reader.ReadAsync(caller, MessageId, _seq, _gone.Token))
                {
                    attempt = 1;
                    if (State.Lost) Update(state => state with { Lost = false });
                    Apply(entry);
                }
            }
            catch (OperationCanceledException) when (_gone.IsCancellationRequested)
            {
                return; // The page is closed or shows another thread.
            }
            catch (ConvoException e) when (e.Kind == ProblemKind.NotFound)
            {
                // The thread was deleted meanwhile.
                Update(state => state with { Lost = true, Done = true });
            }
            catch (Exception e)
            {
                if (attempt == LostAfter) LogLost(_logger, MessageId, attempt, e.Message);
                if (attempt >= LostAfter && !State.Lost) Update(state => state with { Lost = true });
            }

            if (!State.Done) await PauseAsync(attempt);
        }
    }

    private Task PauseAsync(int attempt) =>
        Task.Delay(TimeSpan.FromMilliseconds(Math.Min(200 * attempt, LongestPause.TotalMilliseconds)), _time, _gone.Token).ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);

    private void Apply(TurnEvent entry)
    {
        lock (_lock)
        {
            if (entry.Seq <= _seq) return;
            // Told again from its beginning, because nobody could know how much is here.
            if (entry.Data is TurnStarted && _seq > 0) _text = new StreamingMarkdown(_markdown);
            _seq = entry.Seq;
            if (entry.Data is TurnDelta delta) _text.Append(delta.Text);
            if (entry.Data is TurnCitations found) _text.SetCitations(found.Citations.Select(citation => citation.Number).ToHashSet());
        }

        switch (entry.Data)
        {
            case TurnDelta:
                Schedule();
                break;
            case TurnStageChanged changed:
                Update(state => state with { Stage = changed.Stage });
                break;
            case TurnCitations found:
                Update(state => state with { Citations = found.Citations });
                break;
            case TurnFailed failed:
                Update(state => state with { Failure = failed, Done = true, Blocks = _text.Complete(null) });
                break;
            case TurnDone:
                Update(state => state with { Done = true, Blocks = _text.Complete(null) });
                break;
        }
    }

    private void Schedule()
    {
        TimeSpan wait;
        lock (_lock)
        {
            if (_scheduled) return;
            var since = _lastFlush == long.MinValue ? _pause : _time.GetElapsedTime(_lastFlush);
            wait = _pause - since;
            _scheduled = wait > TimeSpan.Zero;
        }

        if (wait > TimeSpan.Zero) _timer.Change(wait, Timeout.InfiniteTimeSpan);
        else Flush();
    }

    private void Flush()
    {
        lock (_lock)
        {
            _scheduled = false;
            _lastFlush = _time.GetTimestamp();
            if (State.Done) return;
            State = State with { Blocks = _text.Snapshot() };
            var rest = RestAfterWork * _time.GetElapsedTime(_lastFlush);
            _pause = rest > Interval ? rest : Interval;
        }

        Changed?.Invoke();
    }

    private void Update(Func<LiveState, LiveState> change)
    {
        lock (_lock)
        {
            State = change(State);
        }

        Changed?.Invoke();
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The log of message {MessageId} cannot be read ({Attempt} attempts, {Reason}); the turn goes on without this reader")]
    private static partial void LogLost(ILogger logger, Guid messageId, int attempt, string reason);
}
