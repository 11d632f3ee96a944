using System.Text.Json.Serialization;

namespace Convo.Core.Usage;

public enum BudgetScope
{
    User,
    Team,
    ApiKey,
    Global,
}

public enum BudgetWindow
{
    Day,
    Month,
}

/// <summary>Where a limit comes from.</summary>
public enum BudgetOrigin
{
    /// <summary>Somebody set it for this very person, team, key, or for the organisation.</summary>
    Own,
    /// <summary>The default of every person, team or key.</summary>
    Default,
    /// <summary>The setting DAILY_TOKEN_BUDGET: nobody has set a default.</summary>
    Setting,
}

public enum BudgetLevel
{
    Ok,
    /// <summary>Past the soft limit: told, not stopped.</summary>
    Warn,
    /// <summary>Past the hard limit: nothing new is admitted until the window is over.</summary>
    Spent,
}

/// <summary>One budget that applies to a caller, as it stands.</summary>
/// <param name="Used">Tokens settled in this window.</param>
/// <param name="Held">Tokens reserved by running turns.</param>
/// <param name="Limit">Tokens; null when only money is limited.</param>
/// <param name="CostLimit">US dollars; null when only tokens are limited.</param>
public sealed record BudgetState(
    BudgetScope Scope, Guid? ScopeId, BudgetWindow Window, long Used, long Held, long? Limit, decimal CostUsed, decimal? CostLimit, DateTimeOffset ResetsAt)
{
    /// <summary>US dollars reserved by running turns.</summary>
    public decimal CostHeld { get; init; }

    /// <summary>The soft limit, in percent of the hard one.</summary>
    public int WarnPercent { get; init; } = BudgetLimit.DefaultWarnPercent;

    public BudgetOrigin Origin { get; init; }

    /// <summary>By what is settled: what is only held usually comes back.</summary>
    public BudgetLevel Level => BudgetLevels.Of(UsedShare, WarnPercent);

    /// <summary>The part that is settled, of tokens or money, whichever is more; 1 is the limit.</summary>
    [JsonIgnore]
    public decimal UsedShare => Math.Max(BudgetLevels.Share(Used, Limit), BudgetLevels.Share(CostUsed, CostLimit));

    /// <summary>The part that is settled or held: how near the budget is to stopping somebody.</summary>
    [JsonIgnore]
    public decimal TakenShare => Math.Max(BudgetLevels.Share(Used + Held, Limit), BudgetLevels.Share(CostUsed + CostHeld, CostLimit));

    /// <summary>Money is nearer to its limit than tokens are to theirs.</summary>
    [JsonIgnore]
    public bool MoneyIsTighter => BudgetLevels.Share(CostUsed + CostHeld, CostLimit) > BudgetLevels.Share(Used + Held, Limit);
}

/// <summary>How near a budget is to its end.</summary>
public static class BudgetLevels
{
    public static decimal Share(decimal taken, decimal? limit) => limit switch
    {
        null => 0,
        0 => 1,
        { } all => taken / all,
    };

    public static BudgetLevel Of(decimal share, int warnPercent) =>
        share >= 1 ? BudgetLevel.Spent : share * 100 >= warnPercent ? BudgetLevel.Warn : BudgetLevel.Ok;
}
