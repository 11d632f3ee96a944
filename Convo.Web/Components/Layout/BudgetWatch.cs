using Convo.Core.Shared;
using Convo.Core.Usage;
using Convo.Web.Components.Shared;

namespace Convo.Web.Components.Layout;

/// <summary>The budgets that apply to the person, as last seen. Looked at again when a turn ends, when a limit was changed and when a window is over.</summary>
internal sealed class BudgetWatch : IAsyncDisposable
{
    private readonly IUsageReader _usage;
    private readonly CurrentPerson _person;
    private readonly LimitChanges _changes;
    private readonly TimeProvider _time;
    private readonly Failures _failures;
    private readonly CancellationTokenSource _gone = new();
    private ITimer? _timer;

    public BudgetWatch(IUsageReader usage, CurrentPerson person, LimitChanges changes, TimeProvider time, Failures failures)
    {
        (_usage, _person, _changes, _time, _failures) = (usage, person, changes, time, failures);
        _changes.Changed += OnLimitsChanged;
    }

    public IReadOnlyList<BudgetState> Budgets { get; private set; } = [];

    /// <summary>The one that will stop the person first; null when nothing is limited.</summary>
    public BudgetState? Tightest => Budgets.MaxBy(budget => budget.TakenShare);

    /// <summary>One that admits nothing more; of several the one that opens last.</summary>
    public BudgetState? Spent => Budgets.Where(budget => budget.Level == BudgetLevel.Spent).MaxBy(budget => budget.ResetsAt);

    /// <summary>One past its soft limit, the nearest to its end.</summary>
    public BudgetState? Low => Budgets.Where(budget => budget.Level == BudgetLevel.Warn).MaxBy(budget => budget.TakenShare);

    public event Action? Changed;

    /// <summary>What a bar shows: 1 is full.</summary>
    public static double Share(BudgetState budget) => (double)Math.Min(1, budget.TakenShare);

    public async Task RefreshAsync()
    {
        try
        {
            Budgets = await _usage.BudgetsAsync(await _person.CallerAsync(), _gone.Token);
        }
        catch (Exception) when (_gone.IsCancellationRequested)
        {
            return; // The page is closed.
        }
        catch (Exception e)
        {
            // The meter is left out; a turn that cannot be paid for says so itself.
            _failures.Plain(e);
            Budgets = [];
        }

        WakeAtReset();
        Changed?.Invoke();
    }

    public async ValueTask DisposeAsync()
    {
        _changes.Changed -= OnLimitsChanged;
        await _gone.CancelAsync();
        if (_timer is not null) await _timer.DisposeAsync();
        _gone.Dispose();
    }

    private void OnLimitsChanged() => _ = RefreshAsync();

    private void WakeAtReset()
    {
        if (Budgets.Count == 0) return;
        var wait = Budgets.Min(budget => budget.ResetsAt) - _time.GetUtcNow() + TimeSpan.FromSeconds(1);
        if (wait <= TimeSpan.Zero || wait > TimeSpan.FromDays(2)) return;
        _timer ??= _time.CreateTimer(_ => _ = RefreshAsync(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(wait, Timeout.InfiniteTimeSpan);
    }
}
