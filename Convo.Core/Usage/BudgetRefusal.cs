using System.Globalization;
using Convo.Core.Shared;

namespace Convo.Core.Usage;

/// <summary>A budget that has no room for a request: the figures at the moment of the decision.</summary>
/// <param name="Missing">The least that the request needs, in tokens or dollars, whichever <paramref name="InMoney"/> says.</param>
public sealed record BudgetShortage(
    BudgetScope Scope, BudgetPeriod Period, bool InMoney, decimal Used, decimal Held, decimal Limit, decimal Missing)
{
    /// <summary>What was used leaves room: the budget opens as soon as running answers have ended, not at the end of its window.</summary>
    public bool OnlyHeld => Used + Missing <= Limit;

    /// <summary>What neither answers have used nor running ones hold.</summary>
    public decimal Left => Math.Max(0, Limit - Used - Held);
}

/// <summary>Says no in a way that a person and a program understand.</summary>
public static class BudgetRefusal
{
    // Holds of a running answer shrink to the real figure within a turn; a client that asks earlier gains nothing.
    private static readonly TimeSpan WhileAnswersRun = TimeSpan.FromSeconds(15);

    /// <param name="shortages">Every budget without room; at least one. The one that opens last is named.</param>
    public static ConvoException Of(IReadOnlyCollection<BudgetShortage> shortages, TimeZoneInfo zone, DateTimeOffset now)
    {
        var last = shortages.OrderBy(shortage => !shortage.OnlyHeld).ThenBy(shortage => shortage.Period.End).Last();
        return new ConvoException(ProblemKind.LimitReached, "budget_exceeded", Sentence(last, zone))
        {
            ResetAt = last.Period.End,
            RetryAfter = last.OnlyHeld ? WhileAnswersRun : last.Period.End - now,
            Facts = new Dictionary<string, object?>
            {
                ["scope"] = BudgetNames.Of(last.Scope),
                ["window"] = BudgetNames.Of(last.Period.Window),
                ["unit"] = last.InMoney ? "usd" : "tokens",
                ["used"] = Figure(last, last.Used),
                ["held"] = Figure(last, last.Held),
                ["limit"] = Figure(last, last.Limit),
            },
        };
    }

    public static ConvoException Unavailable(Exception? inner = null) =>
        new(
            ProblemKind.Unavailable,
            "budget_unavailable",
            "Budgets cannot be checked at the moment, so nothing that costs money is started. Your text is kept; try again in a few seconds.",
            inner)
        { RetryAfter = TimeSpan.FromSeconds(5) };

    private static string Sentence(BudgetShortage shortage, TimeZoneInfo zone)
    {
        var spent = $"{Spell(shortage, shortage.Used)} of {Spell(shortage, shortage.Limit)} used";
        if (shortage.OnlyHeld)
        {
            return $"{Owner(shortage)} is taken up by answers that are still being written ({spent}, {Spell(shortage, shortage.Held)} held). Wait for them to end, or stop one.";
        }

        var opens = TimeZoneInfo.ConvertTime(shortage.Period.End, zone);
        var when = $"{opens.ToString("d MMMM, HH:mm", CultureInfo.InvariantCulture)} ({zone.Id})";
        return shortage switch
        {
            { Left: <= 0 } => $"{Owner(shortage)} is spent ({spent}). It opens again on {when}.",
            _ when shortage.Missing > shortage.Limit =>
                $"This needs {Spell(shortage, shortage.Missing)}, more than {Owner(shortage, lower: true)} allows ({Spell(shortage, shortage.Limit)}). Shorten it, or ask an administrator for a larger budget.",
            _ => $"This needs {Spell(shortage, shortage.Missing)}, and {Owner(shortage, lower: true)} has {Spell(shortage, shortage.Left)} left ({spent}). Shorten it, or wait until {when}.",
        };
    }

    private static string Owner(BudgetShortage shortage, bool lower = false)
    {
        var every = shortage.Period.Window == BudgetWindow.Day ? "daily" : "monthly";
        return shortage.Scope switch
        {
            BudgetScope.User => $"{(lower ? "your" : "Your")} {every} budget",
            BudgetScope.Team => $"{(lower ? "your" : "Your")} team's {every} budget",
            BudgetScope.ApiKey => $"{(lower ? "the" : "The")} {every} budget of this API key",
            _ => $"{(lower ? "the" : "The")} organisation's {every} budget",
        };
    }

    private static string Spell(BudgetShortage shortage, decimal amount) => shortage.InMoney
        ? amount.ToString("0.00##", CultureInfo.InvariantCulture) + " USD"
        : amount.ToString("#,0", CultureInfo.InvariantCulture) + " tokens";

    // Money is a decimal string in the API, tokens are numbers.
    private static object Figure(BudgetShortage shortage, decimal amount) => shortage.InMoney
        ? amount.ToString("0.##########", CultureInfo.InvariantCulture)
        : (long)amount;
}
