using System.Runtime.CompilerServices;
using Convo.Core.Accounts;
using Convo.Core.Conversations;
using Convo.Core.Shared;

namespace Convo.Core.Turns;

/// <inheritdoc cref="ITurnReader"/>
internal sealed class TurnReader(IConversationRepository conversations, LiveTurns live, RemoteTurnReader remote) : ITurnReader
{
    public async IAsyncEnumerable<TurnEvent> ReadAsync(
        Caller caller, Guid messageId, long afterSeq, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // What runs here is read without the database, which may be away.
        var owned = live.TryFind(messageId, out var turn) && turn.Plan.Caller.UserId == caller.UserId;
        if (!owned && await conversations.FindMessageAsync(caller.UserId, messageId, cancellationToken).ConfigureAwait(false) is not { Role: MessageRole.Assistant })
        {
            throw ConvoException.NotFound("answer");
        }

        ConvoMetrics.StreamReaders.Add(1);
        try
        {
            var position = new ReadPosition(afterSeq);
            if (turn is not null)
            {
                await foreach (var entry in ReadLiveAsync(turn, position, cancellationToken).ConfigureAwait(false))
                {
                    yield return entry;
                }

                if (position.Ended)
                {
                    yield break;
                }
            }

            await foreach (var entry in remote.ReadAsync(caller, messageId, position, cancellationToken).ConfigureAwait(false))
            {
                yield return entry;
            }
        }
        finally
        {
            ConvoMetrics.StreamReaders.Add(-1);
        }
    }

    private static async IAsyncEnumerable<TurnEvent> ReadLiveAsync(
        LiveTurn turn, ReadPosition position, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // What came before the resume point counts for the length of the text, should the rest have to come from the database.
        position.CountBefore(turn.Since(0).Events);
        while (!position.Ended)
        {
            var slice = turn.Since(position.Seq);
            foreach (var entry in slice.Events)
            {
                position.Pass(entry);
                yield return entry;
            }

            if (slice.Events.Count == 0)
            {
                if (slice.Abandoned || (turn.Complete.IsCompleted && position.IsBeyond(turn.Since(0).Events)))
                {
                    yield break;
                }

                await slice.Changed.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
        }
    }
}

/// <summary>How far one reader has come.</summary>
internal sealed class ReadPosition(long seq)
{
    public long Seq { get; private set; } = seq;

    /// <summary>Characters of text up to <see cref="Seq"/>, as far as the log could be seen.</summary>
    public int TextLength { get; private set; }

    public bool Ended { get; private set; }

    public void Pass(TurnEvent entry)
    {
        Seq = entry.Seq;
        Count(entry);
    }

    /// <summary>What came up to <see cref="Seq"/>, which this reader has from elsewhere.</summary>
    public void CountBefore(IReadOnlyList<TurnEvent> log)
    {
        if (TextLength > 0)
        {
            return;
        }

        foreach (var entry in log.TakeWhile(e => e.Seq <= Seq))
        {
            Count(entry);
        }

        Ended &= !IsBeyond(log);
    }

    /// <summary>Whether this reader says it has more than there ever was.</summary>
    public bool IsBeyond(IReadOnlyList<TurnEvent> log) => log is [.., { Data.IsTerminal: true } last] && Seq > last.Seq;

    private void Count(TurnEvent entry)
    {
        TextLength += entry.Data is TurnDelta delta ? delta.Text.Length : 0;
        Ended |= entry.Data.IsTerminal;
    }
}
