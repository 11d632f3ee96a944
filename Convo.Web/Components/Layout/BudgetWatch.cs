using Convo.Core.Shared;
using Convo.Core.Usage;
using Convo.Web.Components.Shared;

namespace Convo.Web.Components.Layout;

/// <summary>The budgets that apply to the person, as last seen. Looked at again when a turn ends and when a window is over.</summary>
internal sealed class BudgetWatch(IUsageReader usage, CurrentPerson person, TimeProvider time, Failures failures) : IAsyncDisposable
{
    private readonly CancellationTokenSource _gone = new();
    private ITimer? _timer;

    public IReadOnlyList<BudgetState> Budgets { get; private set; } = [];

    /// <summary>The one that will stop the person first; null when nothing is limited.</summary>
    public BudgetState? Tightest => Budgets.Where(budget => budget.Limit > 0).MaxBy(Share);

    public event Action? Changed;

    public static double Share(BudgetState budget) =>
        budget.Limit is > 0 and var limit ? Math.Min(1, (budget.Used + budget.Held) / (double)limit) : 0;

    public async Task RefreshAsync()
    {
        try
        {
            Budgets = await usage.BudgetsAsync(await person.CallerAsync(), _gone.Token);
        }
        catch (OperationCanceledException) when (_gone.IsCancellationRequested)
        {
            return; // The page is closed.
        }
        catch (Exception e)
        {
            // The meter is left out; a turn that cannot be paid for says so itself.
            failures.Plain(e);
            Budgets = [];
        }

        WakeAtReset();
        Changed?.Invoke();
    }

    public async ValueTask DisposeAsync()
    {
        await _gone.CancelAsync();
        if (_timer is not null) await _timer.DisposeAsync();
        _gone.Dispose();
    }

    private void WakeAtReset()
    {
        if (Budgets.Count == 0) return;
        var wait = Budgets.Min(budget => budget.ResetsAt) - time.GetUtcNow() + TimeSpan.FromSeconds(1);
        if (wait <= TimeSpan.Zero || wait > TimeSpan.FromDays(2)) return;
        _timer ??= time.CreateTimer(_ => _ = RefreshAsync(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
        _timer.Change(wait, Timeout.InfiniteTimeSpan);
    }
}
