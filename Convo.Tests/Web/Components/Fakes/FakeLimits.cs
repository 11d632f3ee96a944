using Convo.Core.Accounts;
using Convo.Core.Usage;

namespace Convo.Tests.Web.Components.Fakes;

/// <summary>Remembers what was set and tells whoever listens.</summary>
internal sealed class FakeLimits : IBudgetLimits
{
    private Action _changed = () => { };

    public List<(BudgetLimit Limit, string? Reason)> Set { get; } = [];

    public Task<IReadOnlyList<BudgetLimit>> ForAsync(Caller caller, CancellationToken cancellationToken) => ListAsync(cancellationToken);

    public Task<IReadOnlyList<BudgetLimit>> ListAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<BudgetLimit>>([.. Set.Select(set => set.Limit)]);

    public Task SetAsync(Caller caller, BudgetLimit limit, string? reason, CancellationToken cancellationToken)
    {
        BudgetLimitRules.Check(limit);
        Set.Add((limit, reason));
        _changed();
        return Task.CompletedTask;
    }

    public void OnChanged(Action callback) => _changed += callback;
}
