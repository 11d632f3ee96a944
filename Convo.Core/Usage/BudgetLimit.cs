namespace Convo.Core.Usage;

/// <summary>A row of the budgets table: the limits that somebody set.</summary>
/// <param name="ScopeId">Null for the whole organisation, and for the default of every member of another scope.</param>
/// <param name="TokenLimit">Null: no limit of its own. A person, team or key then has its scope's default.</param>
/// <param name="CostLimit">US dollars; null as for tokens.</param>
/// <param name="WarnPercent">The soft limit in percent of the hard one; null: the default row's, else <see cref="DefaultWarnPercent"/>.</param>
public sealed record BudgetLimit(
    BudgetScope Scope, Guid? ScopeId, BudgetWindow Window, long? TokenLimit, decimal? CostLimit, int? WarnPercent = null)
{
    public const int DefaultWarnPercent = 80;

    /// <summary>Of a limit that applies to somebody: where it comes from. Rows are always their own.</summary>
    public BudgetOrigin Origin { get; init; }
}

/// <summary>The limits somebody set, wherever they are stored.</summary>
public interface IBudgetLimits
{
    /// <summary>The rows that concern a caller: the organisation's, and for person, team and key the own and the default one.</summary>
    Task<IReadOnlyList<BudgetLimit>> ForAsync(Accounts.Caller caller, CancellationToken cancellationToken);

    /// <summary>Every row, defaults first.</summary>
    Task<IReadOnlyList<BudgetLimit>> ListAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Stores a limit, records who changed it and why, and tells every node: no reservation begun after this is decided by the old limit.
    /// Two nulls
    /// remove the row of a person, team or key; on a default they stay as "no limit", which also takes the place of DAILY_TOKEN_BUDGET.
    /// </summary>
    /// <exception cref="Shared.ConvoException">400 naming the field; 403 unless the caller is an administrator; 404 for an unknown scope id.</exception>
    Task SetAsync(Accounts.Caller caller, BudgetLimit limit, string? reason, CancellationToken cancellationToken);

    /// <summary>Calls back on every node after limits changed, and when a change may have been missed, for the life of the process.</summary>
    void OnChanged(Action callback);
}
