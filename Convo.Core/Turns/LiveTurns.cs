using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Convo.Core.Turns;

/// <summary>The turns of this node: running, or just finished and kept a moment for late readers.</summary>
internal sealed class LiveTurns
{
    private readonly ConcurrentDictionary<Guid, LiveTurn> _byAnswer = new();
    private readonly ConcurrentDictionary<Guid, LiveTurn> _byTurn = new();
    private int _running;

    public void Add(LiveTurn turn)
    {
        _byAnswer[turn.Plan.AnswerId] = turn;
        _byTurn[turn.Plan.TurnId] = turn;
        Interlocked.Increment(ref _running);
    }

    /// <summary>It runs no more; late readers still find it.</summary>
    public void Ended() => Interlocked.Decrement(ref _running);

    public void Remove(LiveTurn turn)
    {
        _byAnswer.TryRemove(turn.Plan.AnswerId, out _);
        _byTurn.TryRemove(turn.Plan.TurnId, out _);
    }

    public bool TryFind(Guid answerId, [NotNullWhen(true)] out LiveTurn? turn) => _byAnswer.TryGetValue(answerId, out turn);

    /// <summary>Stops a turn if it runs here.</summary>
    public bool TryStop(Guid turnId)
    {
        if (!_byTurn.TryGetValue(turnId, out var turn))
        {
            return false;
        }

        turn.End(EndReason.Stopped);
        return true;
    }

    /// <summary>Turns that run here now.</summary>
    public int Count => Volatile.Read(ref _running);

    /// <summary>Turns whose end is not stored yet.</summary>
    public IEnumerable<LiveTurn> Running => _byTurn.Values.Where(turn => turn.Phase != TurnPhase.Over);

    /// <summary>Turns that run here or have just ended.</summary>
    public IReadOnlyList<Guid> TurnIds => [.. _byTurn.Keys];

    public void EndAll(EndReason reason)
    {
        foreach (var turn in _byTurn.Values)
        {
            turn.End(reason);
        }
    }
}
