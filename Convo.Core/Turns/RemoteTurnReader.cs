using System.Runtime.CompilerServices;
using Convo.Core.Accounts;
using Convo.Core.Conversations;
using Convo.Core.Shared;
using Microsoft.Extensions.Logging;

namespace Convo.Core.Turns;

/// <summary>Reads a turn that does not run on this node: from the shared log while there is one, then from the stored message.</summary>
internal sealed partial class RemoteTurnReader(
    IConversationRepository conversations, ITurnLog log, ILogger<RemoteTurnReader> logger)
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
        var before = await SharedAsync(turnId, 0, cancellationToken).ConfigureAwait(false);
        if (position.TextLength == 0)
        {
            foreach (var entry in before.TakeWhile(e => e.Seq <= position.Seq))
            {
                position.Count(entry);
            }
        }

        var lateLooks = 0;
        while (true)
        {
            var running = message.Status == MessageStatus.Streaming;
            var events = await SharedAsync(turnId, position.Seq, cancellationToken).ConfigureAwait(false);
            foreach (var entry in events)
            {
                position.Pass(entry);
                yield return entry;
            }

            if (position.Ended)
            {
                yield break;
            }

            // The row is ended a moment before the log's last batch arrives: a log that is there is given that moment.
            if (!running && (before.Count == 0 || lateLooks++ == LateLooks))
            {
                break;
            }

            await signal.WaitAsync(running ? LookEvery : LateLookEvery, cancellationToken).ConfigureAwait(false);
            message = await FindAsync(caller, messageId, cancellationToken).ConfigureAwait(false);
        }

        foreach (var entry in StoredTurn.After(message, position))
        {
            yield return entry;
        }
    }

    private async Task<Message> FindAsync(Caller caller, Guid messageId, CancellationToken cancellationToken) =>
        await conversations.FindMessageAsync(caller.UserId, messageId, cancellationToken).ConfigureAwait(false) ?? throw ConvoException.NotFound("answer");

    private async Task<IReadOnlyList<TurnEvent>> SharedAsync(Guid turnId, long afterSeq, CancellationToken cancellationToken)
    {
        try
        {
            return await log.ReadAsync(turnId, afterSeq, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Without the shared log the stored text answers, checkpoint by checkpoint at worst.
            LogUnavailable(e);
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
            LogUnavailable(e);
            return NoSubscription.Instance;
        }
    }

    private sealed class NoSubscription : IAsyncDisposable
    {
        public static NoSubscription Instance { get; } = new();

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The shared log of turns is away; readers get what is stored")]
    private partial void LogUnavailable(Exception exception);
}
