using Convo.Core.Shared;
using Convo.Core.Usage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Convo.Data.Usage;

/// <summary>Compares the counters that this node decides by with the ledger, repairs and reports.</summary>
internal sealed partial class BudgetReconciler(
    CounterRebuilder rebuilder, RedisBudgetGate gate, IBudgetLimits limits, UsageReader reader, BudgetCalendar calendar, HoldJournal journal,
    UsageMetrics metrics, IOptions<UsageOptions> options, TimeProvider time, ILogger<BudgetReconciler> logger) : BackgroundService
{
    private const int MonthsEvery = 10;
    private static readonly TimeSpan KeepExpiredHolds = TimeSpan.FromHours(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.ReconcileEvery, time);
        try
        {
            await WarmUpAsync(stoppingToken).ConfigureAwait(false);
            for (var pass = 1; await timer.WaitForNextTickAsync(stoppingToken).ConfigureAwait(false); pass++)
            {
                await RunOnceAsync(pass % MonthsEvery == 0, stoppingToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The host stops.
        }
    }

    /// <summary>The first person finds scripts loaded and compiled; on a busy machine that alone can take longer than Redis is given.</summary>
    private async Task WarmUpAsync(CancellationToken cancellationToken)
    {
        try
        {
            var today = calendar.PeriodAt(BudgetWindow.Day, time.GetUtcNow());
            await rebuilder.RebuildAsync(new BudgetAccount(BudgetScope.Global, null, today), cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or ConvoException { Kind: ProblemKind.Unavailable })
        {
            LogPutOff(e);
        }
    }

    /// <summary>One pass. What is away now is looked at in the next.</summary>
    internal async Task RunOnceAsync(bool months, CancellationToken cancellationToken)
    {
        try
        {
            metrics.Drifted(await rebuilder.ReconcileAsync(months, cancellationToken).ConfigureAwait(false));
            await PublishOrganisationAsync(cancellationToken).ConfigureAwait(false);
            gate.Sweep();
            await journal.SweepAsync(time.GetUtcNow() - KeepExpiredHolds, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException or ConvoException { Kind: ProblemKind.Unavailable })
        {
            LogPutOff(e);
        }
    }

    private async Task PublishOrganisationAsync(CancellationToken cancellationToken)
    {
        var rows = await limits.ListAsync(cancellationToken).ConfigureAwait(false);
        metrics.Organisation(await reader.StatesAsync(rows.Where(row => row.Scope == BudgetScope.Global), cancellationToken).ConfigureAwait(false));
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Budgets could not be compared with the ledger; the next pass tries again")]
    private partial void LogPutOff(Exception exception);
}
