namespace Convo.Core.Turns;

/// <summary>The shared copy of running turns' logs, for readers on other nodes and for the reaper. Losing it costs no text.</summary>
public interface ITurnLog
{
    /// <summary>
    /// Stores <paramref name="events"/> (contiguous, the first has the smallest seq) and announces them.
    /// Repeating an append whose reply was lost changes nothing.
    /// </summary>
    /// <returns>How many events the log now holds; less than expected when it was emptied: append again from there.
    /// <see cref="Fenced"/> when another writer has taken the turn over.</returns>
    Task<long> AppendAsync(Guid turnId, Guid writer, IReadOnlyList<TurnEvent> events, CancellationToken cancellationToken);

    /// <summary>Takes the log over from a writer that was lost: its late appends are refused from now on.</summary>
    Task TakeOverAsync(Guid turnId, Guid writer, CancellationToken cancellationToken);

    /// <summary>Every stored event after <paramref name="afterSeq"/>, in order; empty when there is none or the log has expired.</summary>
    Task<IReadOnlyList<TurnEvent>> ReadAsync(Guid turnId, long afterSeq, CancellationToken cancellationToken);

    /// <summary>Calls <paramref name="changed"/> at every append until disposed.</summary>
    Task<IAsyncDisposable> SubscribeAsync(Guid turnId, Action changed, CancellationToken cancellationToken);

    /// <summary>Asks whichever node runs the turn to stop it.</summary>
    Task RequestStopAsync(Guid turnId, CancellationToken cancellationToken);

    /// <summary>Hears every stop request of every node until disposed.</summary>
    Task<IAsyncDisposable> OnStopRequestedAsync(Action<Guid> stop, CancellationToken cancellationToken);

    /// <summary>What <see cref="AppendAsync"/> answers to a writer that lost the turn.</summary>
    const long Fenced = -1;
}
