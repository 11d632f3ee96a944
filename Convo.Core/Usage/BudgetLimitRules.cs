using Convo.Core.Shared;

namespace Convo.Core.Usage;

/// <summary>What a limit can be. Each fault names the member of the request that is wrong.</summary>
public static class BudgetLimitRules
{
    /// <summary>Counters are whole numbers in doubles while they are compared, exact up to 2^53.</summary>
    public const long MaxTokens = 1_000_000_000_000_000;

    public const decimal MaxDollars = 900_000m;

    public const int MaxReason = 500;

    public static void Check(BudgetLimit limit)
    {
        if (!Enum.IsDefined(limit.Scope))
        {
            throw ConvoException.Invalid("scope", "A budget's scope is global, team, user or api_key.");
        }

        if (!Enum.IsDefined(limit.Window))
        {
            throw ConvoException.Invalid("window", "A budget's window is day or month.");
        }

        if (limit is { Scope: BudgetScope.Global, ScopeId: not null })
        {
            throw ConvoException.Invalid("scope_id", "The global budget belongs to nobody in particular. Leave the id out.");
        }

        if (limit.TokenLimit is < 0 or > MaxTokens)
        {
            throw ConvoException.Invalid("token_limit", "A token limit is a whole number from 0 to 1,000,000,000,000,000.");
        }

        if (limit.CostLimit is < 0 or > MaxDollars)
        {
            throw ConvoException.Invalid("cost_limit", "A cost limit is an amount in US dollars from 0 to 900,000.");
        }

        if (limit.CostLimit is { } dollars && CostUnits.Rounded(dollars) != dollars)
        {
            throw ConvoException.Invalid("cost_limit", "A cost limit has at most ten digits after the point.");
        }

        if (limit.WarnPercent is < 1 or > 100)
        {
            throw ConvoException.Invalid("warn_percent", "The soft limit is a whole number from 1 to 100, in percent of the hard one.");
        }
    }

    public static void CheckReason(string? reason)
    {
        if (reason?.Length > MaxReason)
        {
            throw ConvoException.Invalid("reason", $"A reason has at most {MaxReason} characters.");
        }
    }
}
