using Convo.Core.Accounts;
using Convo.Core.Usage;

namespace Convo.Tests.Web.Components.Fakes;

internal sealed class FakeUsage(TimeProvider time) : IUsageReader
{
    public List<BudgetState> Budgets { get; } = [];

    public List<UsageRow> Rows { get; } = [];

    public void Limit(long used, long limit, BudgetScope scope = BudgetScope.User) =>
        Budgets.Add(new BudgetState(scope, null, BudgetWindow.Day, used, 0, limit, 0, null, time.GetUtcNow().AddHours(3)));

    public Task<IReadOnlyList<BudgetState>> BudgetsAsync(Caller caller, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<BudgetState>>([.. Budgets]);

    public Task<IReadOnlyList<UsageRow>> UsageAsync(Caller caller, UsageQuery query, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<UsageRow>>([.. Rows]);
}
