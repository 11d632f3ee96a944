using Convo.Core.Usage;
using Convo.Web.Components.Shared;

namespace Convo.Web.Components.Usage;

/// <summary>Budgets in words.</summary>
internal static class BudgetText
{
    /// <summary>From here on the meter is red: what is left is hardly enough for an answer.</summary>
    private const decimal NearlySpent = 0.95m;

    public static string Name(BudgetState budget) => (budget.Scope, budget.Window) switch
    {
        (BudgetScope.User, BudgetWindow.Day) => "Today’s budget",
        (BudgetScope.User, _) => "This month’s budget",
        (BudgetScope.Team, BudgetWindow.Day) => "Team’s budget today",
        (BudgetScope.Team, _) => "Team’s budget this month",
        (BudgetScope.ApiKey, BudgetWindow.Day) => "This key’s budget today",
        (BudgetScope.ApiKey, _) => "This key’s budget this month",
        (_, BudgetWindow.Day) => "Everyone’s budget today",
        _ => "Everyone’s budget this month",
    };

    /// <summary>"warn", "bad" or nothing; the words of <see cref="Word"/> say the same.</summary>
    public static string? Tone(BudgetState budget) => budget switch
    {
        { Level: BudgetLevel.Spent } or { TakenShare: >= NearlySpent } => "bad",
        { Level: BudgetLevel.Warn } => "warn",
        _ => null,
    };

    public static string? Word(BudgetState budget) => budget switch
    {
        { Level: BudgetLevel.Spent } => "used up",
        { TakenShare: >= NearlySpent } => "nearly used up",
        { Level: BudgetLevel.Warn } => "running low",
        _ => null,
    };

    /// <summary>"1,204 of 200,000", or the amounts of money where those are nearer to their limit.</summary>
    public static string Taken(BudgetState budget) => budget.MoneyIsTighter || budget.Limit is null
        ? $"{Format.Cost(budget.CostUsed + budget.CostHeld)} of {Format.Cost(budget.CostLimit)}"
        : $"{Format.Count(budget.Used + budget.Held)} of {Format.Count(budget.Limit.Value)}";

    /// <summary>The same with its unit, of what is settled, and by how much it is over.</summary>
    public static string Spent(BudgetState budget)
    {
        if (budget.Limit is { } tokens && budget.Used >= tokens)
        {
            return $"{Format.Count(budget.Used)} of {Format.Tokens(tokens)} used{(budget.Used > tokens ? $", {Format.Count(budget.Used - tokens)} over" : "")}";
        }

        var limit = budget.CostLimit ?? 0;
        return $"{Format.Cost(budget.CostUsed)} of {Format.Cost(limit)} used{(budget.CostUsed > limit ? $", {Format.Cost(budget.CostUsed - limit)} over" : "")}";
    }

    public static string Left(BudgetState budget) => budget.MoneyIsTighter || budget.Limit is null
        ? Format.Cost(Math.Max(0, (budget.CostLimit ?? 0) - budget.CostUsed - budget.CostHeld))
        : Format.Tokens(Math.Max(0, budget.Limit.Value - budget.Used - budget.Held));

    public static string Origin(BudgetState budget) => budget switch
    {
        { Scope: BudgetScope.Global } => "for the organisation",
        { Origin: BudgetOrigin.Own } => "set for you",
        { Scope: BudgetScope.Team } => "every team’s",
        _ => "everyone’s default",
    };
}
