using Convo.Core.Accounts;
using Convo.Core.Usage;

namespace Convo.Tests.Web.Components.Fakes;

/// <summary>What an administrators' page is told.</summary>
internal sealed class FakeBudgets : IBudgetAdministration
{
    public List<BudgetRow> Rows { get; } = [];

    public List<BudgetRow> Near { get; } = [];

    public List<BudgetChange> Changes { get; } = [];

    public List<BudgetHolder> Holders { get; } = [];

    public Task<BudgetOverview> OverviewAsync(Caller caller, CancellationToken cancellationToken) => Task.FromResult(new BudgetOverview([.. Rows], [.. Near]));

    public Task<IReadOnlyList<BudgetChange>> HistoryAsync(Caller caller, int limit, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<BudgetChange>>([.. Changes.Take(limit)]);

    public Task<IReadOnlyList<BudgetHolder>> FindHoldersAsync(Caller caller, BudgetScope scope, string? text, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<BudgetHolder>>([.. Holders]);
}
