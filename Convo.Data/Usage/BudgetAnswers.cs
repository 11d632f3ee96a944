using System.Globalization;
using StackExchange.Redis;

namespace Convo.Data.Usage;

/// <summary>What the reserving script decided.</summary>
internal abstract record ReserveAnswer
{
    /// <param name="Cost">In cost units.</param>
    public sealed record Held(int OutputTokens, long Tokens, long Cost) : ReserveAnswer;

    /// <summary>Counters, by place, that must be brought to the ledger first.</summary>
    public sealed record Rebuild(IReadOnlyList<int> Accounts) : ReserveAnswer;

    /// <summary>Limits were changed since the asker read them.</summary>
    /// <param name="Mark">What they are marked with now.</param>
    public sealed record Stale(string Mark) : ReserveAnswer;

    public sealed record Refused(IReadOnlyList<Shortage> Shortages) : ReserveAnswer;

    /// <summary>The turn was settled or released before.</summary>
    public sealed record Ended : ReserveAnswer;

    /// <param name="Account">Its place in the question.</param>
    /// <param name="InMoney">Figures are cost units instead of tokens.</param>
    public readonly record struct Shortage(int Account, bool InMoney, long Used, long Held, long Limit, long Needed);

    public static ReserveAnswer Read(RedisResult[] answer)
    {
        if ((string)answer[0]! == "stale")
        {
            return new Stale((string)answer[1]!);
        }

        var numbers = answer.Skip(1).Select(part => long.Parse((string)part!, CultureInfo.InvariantCulture)).ToArray();
        return (string)answer[0]! switch
        {
            "held" => new Held((int)numbers[0], numbers[1], numbers[2]),
            "rebuild" => new Rebuild([.. numbers.Select(number => (int)number - 1)]),
            "refused" => new Refused([.. numbers.Chunk(6).Select(part => new Shortage((int)part[0] - 1, part[1] == 1, part[2], part[3], part[4], part[5]))]),
            _ => new Ended(),
        };
    }
}

internal enum EndAnswer
{
    Done,
    Repeated,
    NeedsTransaction,
}

/// <param name="Compared">The counter was there; else it was built from nothing, and there is no difference.</param>
/// <param name="Tokens">What the counter lacked (or had too much, below 0).</param>
/// <param name="Cost">The same in cost units.</param>
/// <param name="Running">Turns whose hold stood.</param>
internal sealed record RebuildAnswer(bool Compared, long Tokens, long Cost, Guid[] Running);

/// <summary>Tokens and cost units of one counter.</summary>
internal sealed record CounterFigures(long Tokens, long Cost, long HeldTokens, long HeldCost);
