using System.Collections.Concurrent;
using Convo.Core.Shared;
using Convo.Core.Usage;
using Microsoft.Extensions.Logging;

namespace Convo.Data.Usage;

/// <summary>
/// Brings counters to what the ledger says: before their first use since the connection to Redis was made (it may have come back empty, or
/// with an older state), when the script finds one missing, and from time to time.
/// </summary>
internal sealed partial class CounterRebuilder(
    BudgetCounters counters, LedgerReader ledger, TimeProvider time, ILogger<CounterRebuilder> logger)
{
    private const int Attempts = 5;

    private readonly ConcurrentDictionary<BudgetAccount, int> _compared = new();
    private readonly ConcurrentDictionary<BudgetAccount, byte> _touched = new();
    private readonly ConcurrentDictionary<BudgetAccount, Task<BudgetDrift>> _running = new();

    /// <summary>Returns when each counter was compared on the present connection.</summary>
    public async Task EnsureComparedAsync(IEnumerable<BudgetAccount> accounts, CancellationToken cancellationToken)
    {
        foreach (var account in accounts)
        {
            if (!_compared.TryGetValue(account, out var connection) || connection != counters.Connection)
            {
                await RebuildAsync(account, cancellationToken).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Asks for another look at counters that this node decides by.</summary>
    public void Touch(IEnumerable<BudgetAccount> accounts)
    {
        foreach (var account in accounts)
        {
            if (_compared.ContainsKey(account))
            {
                _touched.TryAdd(account, 0);
            }
        }
    }

    /// <summary>
    /// Sets one counter to the ledger's sum, without losing or doubling what settles meanwhile. Callers at the same time share the work.
    /// </summary>
    /// <returns>The drift that was repaired; none when the counter was not there.</returns>
    public async Task<BudgetDrift> RebuildAsync(BudgetAccount account, CancellationToken cancellationToken)
    {
        // Not the caller's token: another one may be waiting for the same work.
        var mine = new TaskCompletionSource<BudgetDrift>(TaskCreationOptions.RunContinuationsAsynchronously);
        var running = _running.GetOrAdd(account, mine.Task);
        if (running == mine.Task)
        {
            _ = RunAsync(account, mine);
        }

        return await running.WaitAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Compares every counter that was used since the last time, and forgets those whose period is over.</summary>
    /// <param name="months">Whether months are due too; their sums are long.</param>
    /// <param name="cancellationToken">Ends the pass between two counters.</param>
    public async Task<BudgetDrift> ReconcileAsync(bool months, CancellationToken cancellationToken)
    {
        var drift = default(BudgetDrift);
        var now = time.GetUtcNow();
        foreach (var account in _touched.Keys.Where(account => months || account.Period.Window == BudgetWindow.Day))
        {
            // Before the look, so that a use during it asks for the next one.
            _touched.TryRemove(account, out _);
            try
            {
                drift += await RebuildAsync(account, cancellationToken).ConfigureAwait(false);
            }
            catch
            {
                _touched.TryAdd(account, 0);
                throw;
            }
        }

        foreach (var account in _compared.Keys.Where(account => account.Period.End < now))
        {
            _compared.TryRemove(account, out _);
        }

        return drift;
    }

    private async Task RunAsync(BudgetAccount account, TaskCompletionSource<BudgetDrift> done)
    {
        try
        {
            var drift = await RebuildOnceAsync(account).ConfigureAwait(false);
            _running.TryRemove(account, out _);
            done.SetResult(drift);
        }
        catch (Exception e)
        {
            _running.TryRemove(account, out _);
            done.SetException(e);
        }
    }

    private async Task<BudgetDrift> RebuildOnceAsync(BudgetAccount account)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var connection = counters.Connection;
            var name = await counters.OpenRebuildAsync(account, time.NewId()).ConfigureAwait(false);
            var totals = await ledger.TotalsAsync(account, time.GetUtcNow(), CancellationToken.None).ConfigureAwait(false);
            if (await counters.ApplyRebuildAsync(account, name, totals, time.GetUtcNow()).ConfigureAwait(false) is not { } answer)
            {
                // Redis was emptied in between, or another node was faster: its notes are gone, and the sum with them.
                continue;
            }

            _compared[account] = connection;
            return answer.Compared ? await DriftAsync(account, answer, totals.Snapshot).ConfigureAwait(false) : default;
        }

        throw BudgetRefusal.Unavailable();
    }

    private async Task<BudgetDrift> DriftAsync(BudgetAccount account, RebuildAnswer answer, string snapshot)
    {
        if (answer is { Tokens: 0, Cost: 0 })
        {
            return default;
        }

        // A turn that was in the ledger and not yet settled is no fault.
        var unsettled = answer.Running.Length == 0
            ? new UsedFigures(0, 0)
            : await ledger.UnsettledAsync(answer.Running, snapshot, CancellationToken.None).ConfigureAwait(false);
        var tokens = answer.Tokens - unsettled.Tokens;
        var dollars = CostUnits.ToDollars(answer.Cost - unsettled.Cost);
        if (tokens == 0 && dollars == 0)
        {
            return default;
        }

        LogDrift(account.Scope, account.ScopeId, account.Period.Label, tokens, dollars);
        return new BudgetDrift(1, Math.Abs(tokens), Math.Abs(dollars));
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "The budget counter {Scope} {ScopeId} of {Period} differed from the ledger by {Tokens} tokens and {Dollars} USD and was set to the ledger's figure")]
    private partial void LogDrift(BudgetScope scope, Guid? scopeId, string period, long tokens, decimal dollars);
}
