using Convo.Core.Usage;

namespace Convo.Data.Usage;

/// <summary>A row of the budgets table with the names that belong to it.</summary>
internal sealed record StoredRow(
    BudgetScope Scope, Guid? ScopeId, string? Name, BudgetWindow Window, long? TokenLimit, decimal? CostLimit, int? WarnPercent,
    DateTimeOffset UpdatedAt, string? UpdatedBy)
{
    public BudgetLimit Limit => new(Scope, ScopeId, Window, TokenLimit, CostLimit, WarnPercent);
}

/// <summary>What one scope used today and this month.</summary>
internal sealed record ScopeUse(BudgetScope Scope, Guid? ScopeId, string? Name, long DayTokens, decimal DayCost, long MonthTokens, decimal MonthCost);

/// <summary>Brings limits and use together.</summary>
internal sealed class OverviewBuilder(
    IReadOnlyList<StoredRow> stored, IReadOnlyList<ScopeUse> used, long dailyTokens, Func<BudgetWindow, DateTimeOffset> resetsAt)
{
    private readonly IReadOnlyList<BudgetLimit> _limits = [.. stored.Select(row => row.Limit)];

    public BudgetOverview Build() => new([.. Budgets()], [.. Near().OrderByDescending(row => row.Share).ThenBy(row => row.Name, StringComparer.Ordinal)]);

    private IEnumerable<BudgetRow> Budgets()
    {
        // The setting is shown as what it is: the default that applies while nobody has set one.
        if (!_limits.Any(limit => limit is { Scope: BudgetScope.User, ScopeId: null, Window: BudgetWindow.Day }))
        {
            yield return Row(BudgetRules.Setting(BudgetScope.User, BudgetWindow.Day, dailyTokens)!, null, null, null);
        }

        foreach (var row in stored)
        {
            var use = IsOneBudget(row.Scope, row.ScopeId) ? UseOf(row.Scope, row.ScopeId) : null;
            yield return Row(row.Limit, row.Name, use ?? (IsOneBudget(row.Scope, row.ScopeId) ? Unused(row.Scope, row.ScopeId) : null), row);
        }
    }

    private IEnumerable<BudgetRow> Near() =>
        from use in used
        from window in Enum.GetValues<BudgetWindow>()
        let limit = BudgetRules.Applying(_limits, use.Scope, use.ScopeId, window, dailyTokens)
        where limit is not { TokenLimit: null, CostLimit: null }
        let row = Row(limit, use.Name, use, null)
        where row.Level is BudgetLevel.Warn or BudgetLevel.Spent
        select row;

    private BudgetRow Row(BudgetLimit limit, string? name, ScopeUse? use, StoredRow? row)
    {
        var applying = limit.ScopeId is null ? limit : BudgetRules.Applying(_limits, limit.Scope, limit.ScopeId, limit.Window, dailyTokens);
        var (tokens, cost) = limit.Window == BudgetWindow.Day ? (use?.DayTokens, use?.DayCost) : (use?.MonthTokens, use?.MonthCost);
        var warn = applying.WarnPercent ?? BudgetLimit.DefaultWarnPercent;
        var share = Math.Max(BudgetLevels.Share(tokens ?? 0, applying.TokenLimit), BudgetLevels.Share(cost ?? 0, applying.CostLimit));
        return new BudgetRow(
            limit.Scope, limit.ScopeId, name, limit.Window, limit.TokenLimit, limit.CostLimit, warn,
            limit.ScopeId is null && limit.Scope != BudgetScope.Global && limit.Origin == BudgetOrigin.Own ? BudgetOrigin.Default : limit.Origin,
            row is null ? null : InheritedBy(limit), tokens, cost, use is null ? null : BudgetLevels.Of(share, warn), resetsAt(limit.Window), row?.UpdatedAt, row?.UpdatedBy);
    }

    private InheritedLimits? InheritedBy(BudgetLimit limit)
    {
        if (limit.ScopeId is null)
        {
            return null;
        }

        var others = BudgetRules.Applying([.. _limits.Where(other => other.ScopeId is null)], limit.Scope, limit.ScopeId, limit.Window, dailyTokens);
        var (tokens, cost) = (limit.TokenLimit is null ? others.TokenLimit : null, limit.CostLimit is null ? others.CostLimit : null);
        return tokens is null && cost is null ? null : new InheritedLimits(tokens, cost, others.Origin);
    }

    private ScopeUse? UseOf(BudgetScope scope, Guid? id) => used.FirstOrDefault(use => use.Scope == scope && use.ScopeId == id);

    private static ScopeUse Unused(BudgetScope scope, Guid? id) => new(scope, id, null, 0, 0, 0, 0);

    private static bool IsOneBudget(BudgetScope scope, Guid? id) => id is not null || scope == BudgetScope.Global;
}
