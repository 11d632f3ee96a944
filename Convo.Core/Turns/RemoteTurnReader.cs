using System.Runtime.CompilerServices;
using Convo.Core.Accounts;
using Convo.Core.Conversations;
using Convo.Core.Shared;
using Microsoft.Extensions.Logging;

namespace Convo.Core.Turns;

/// <summary>Reads a turn that does not run on this node: from the shared log while there is one, then from the stored message.</summary>
internal sealed partial class RemoteTurnReader(
    IConversationRepository conversations, ITurnLog log, TurnDrain drain, ILogger<RemoteTurnReader> logger)
{
    /// <summary>How long to wait for an announcement before looking: announcements can be lost with their connection.</summary>
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(1);

    private const int LateLooks = 10;

    private static readonly TimeSpan LateLookEvery = TimeSpan.FromMilliseconds(100);

    public async IAsyncEnumerable<TurnEvent> ReadAsync(
        Caller caller, Guid messageId, ReadPosition position, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var message = await FindAsync(caller, messageId, cancellationToken).ConfigureAwait(false);
        if (message.TurnId is not { } turnId)
        {
            yield break;
        }

        using var signal = new SemaphoreSlim(0);
        await using var subscription = (message.Status == MessageStatus.Streaming
            ? await SubscribeAsync(turnId, () => signal.Release(), cancellationToken).ConfigureAwait(false)
            : NoSubscription.Instance).ConfigureAwait(false);
        var held = await SharedAsync(turnId, 0, cancellationToken).ConfigureAwait(false);
        position.CountBefore(held);
        var logged = held.Count > 0 && !position.IsBeyond(held);
        IReadOnlyList<TurnEvent> events = [.. held.SkipWhile(e => e.Seq <= position.Seq)];
        var lateLooks = 0;
        while (true)
        {
            foreach (var entry in events)
            {
                position.Pass(entry);
                yield return entry;
            }

            // On a node that stops, a reader of another node's turn is sent there: it resumes where it was.
            if (position.Ended || drain.Begun.IsCancellationRequested)
            {
                yield break;
            }

            // The row is ended a moment before the log's last batch arrives: a log that is there is given that moment.
            var running = message.Status == MessageStatus.Streaming;
            if (!running && (!logged || lateLooks++ == LateLooks))
            {
                break;
            }

            // The row is asked when the log is silent: an announced event is in the log, and so is the end.
            if (!await NextAsync(signal, running ? LookEvery : LateLookEvery, cancellationToken).ConfigureAwait(false))
            {
                message = await LookAsync(caller, message, cancellationToken).ConfigureAwait(false);
            }

            events = await SharedAsync(turnId, position.Seq, cancellationToken).ConfigureAwait(false);
        }

        foreach (var entry in StoredTurn.After(message, position))
        {
            yield return entry;
        }
    }

    /// <summary>Waits for an announcement; several that came together count once.</summary>
    private static async Task<bool> NextAsync(SemaphoreSlim signal, TimeSpan patience, CancellationToken cancellationToken)
    {
        var announced = await signal.WaitAsync(patience, cancellationToken).ConfigureAwait(false);
        while (signal.CurrentCount > 0 && await signal.WaitAsync(TimeSpan.Zero, cancellationToken).ConfigureAwait(false))
        {
            announced = true;
        }

        return announced;
    }

    private async Task<Message> FindAsync(Caller caller, Guid messageId, CancellationToken cancellationToken) =>
        await conversations.FindMessageAsync(caller.UserId, messageId, cancellationToken).ConfigureAwait(false) ?? throw ConvoException.NotFound("answer");

    /// <summary>A database that is away changes nothing for who follows the log.</summary>
    private async Task<Message> LookAsync(Caller caller, Message known, CancellationToken cancellationToken)
    {
        try
        {
            return await FindAsync(caller, known.Id, cancellationToken).ConfigureAwait(false);
        }
        catch (ConvoException e) when (e.Kind == ProblemKind.Unavailable)
        {
            return known;
        }
    }

    private async Task<IReadOnlyList<TurnEvent>> SharedAsync(Guid turnId, long afterSeq, CancellationToken cancellationToken)
    {
        try
        {
            return await log.ReadAsync(turnId, afterSeq, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Without the shared log the stored text answers when the turn has ended.
            LogUnavailable(turnId, e.Message);
            return [];
        }
    }

    private async Task<IAsyncDisposable> SubscribeAsync(Guid turnId, Action changed, CancellationToken cancellationToken)
    {
        try
        {
            return await log.SubscribeAsync(turnId, changed, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogUnavailable(turnId, e.Message);
            return NoSubscription.Instance;
        }
    }

    private sealed class NoSubscription : IAsyncDisposable
    {
        public static NoSubscription Instance { get; } = new();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "The shared log of turn {TurnId} is away; its readers look again, and get what is stored at the end ({Reason})")]
    private partial void LogUnavailable(Guid turnId, string reason);
}
