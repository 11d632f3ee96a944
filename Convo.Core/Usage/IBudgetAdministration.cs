using Convo.Core.Accounts;

namespace Convo.Core.Usage;

/// <summary>What administrators see of budgets. Changing one is <see cref="IBudgetLimits.SetAsync"/>.</summary>
public interface IBudgetAdministration
{
    /// <exception cref="Shared.ConvoException">403 unless the caller is an administrator; so for every member.</exception>
    Task<BudgetOverview> OverviewAsync(Caller caller, CancellationToken cancellationToken);

    /// <summary>Who changed which budget, when and why, newest first; from the audit log.</summary>
    Task<IReadOnlyList<BudgetChange>> HistoryAsync(Caller caller, int limit, CancellationToken cancellationToken);

    /// <summary>People, teams or keys that a budget can be set for, whose name or address has the text in it; at most 20.</summary>
    Task<IReadOnlyList<BudgetHolder>> FindHoldersAsync(Caller caller, BudgetScope scope, string? text, CancellationToken cancellationToken);
}

/// <param name="Budgets">Every limit that was set, defaults first, with the setting's daily budget where no default takes its place.</param>
/// <param name="Near">Whoever is past a soft or hard limit now, also of a default, the nearest to the end first.</param>
public sealed record BudgetOverview(IReadOnlyList<BudgetRow> Budgets, IReadOnlyList<BudgetRow> Near);

/// <summary>A limit with what is used of it.</summary>
/// <param name="ScopeId">Null for the organisation, and for the default of every member of a scope.</param>
/// <param name="Name">Of the person, team or key.</param>
/// <param name="TokenLimit">Of an own row: as it was set; null is no limit of its own, and then the default's applies.</param>
/// <param name="Inherited">Of an own row: what the default adds where it says nothing itself.</param>
/// <param name="Used">Tokens settled in the present window; null for a default, which is not one budget but many.</param>
/// <param name="UpdatedBy">The name of who set it last.</param>
public sealed record BudgetRow(
    BudgetScope Scope,
    Guid? ScopeId,
    string? Name,
    BudgetWindow Window,
    long? TokenLimit,
    decimal? CostLimit,
    int WarnPercent,
    BudgetOrigin Origin,
    InheritedLimits? Inherited,
    long? Used,
    decimal? CostUsed,
    BudgetLevel? Level,
    DateTimeOffset ResetsAt,
    DateTimeOffset? UpdatedAt,
    string? UpdatedBy)
{
    /// <summary>The part of what applies that is settled; 1 is the limit.</summary>
    [System.Text.Json.Serialization.JsonIgnore]
    public decimal Share => Math.Max(
        BudgetLevels.Share(Used ?? 0, TokenLimit ?? Inherited?.TokenLimit), BudgetLevels.Share(CostUsed ?? 0, CostLimit ?? Inherited?.CostLimit));
}

/// <summary>What a row of a person, team or key gets from the default of its scope.</summary>
public sealed record InheritedLimits(long? TokenLimit, decimal? CostLimit, BudgetOrigin Origin);

/// <param name="Actor">Null when the person was deleted since.</param>
/// <param name="Name">Whose budget it is; null for a default, the organisation, and who was deleted since.</param>
public sealed record BudgetChange(
    DateTimeOffset At, string? Actor, BudgetScope Scope, Guid? ScopeId, string? Name, BudgetWindow Window,
    BudgetFigures Before, BudgetFigures After, string? Reason);

public sealed record BudgetFigures(long? TokenLimit, decimal? CostLimit, int? WarnPercent);

/// <param name="Detail">What tells two of one name apart: an address, whose key it is.</param>
public sealed record BudgetHolder(Guid Id, string Name, string? Detail);
