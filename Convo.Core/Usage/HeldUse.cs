using Convo.Core.Accounts;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Convo.Core.Usage;

/// <summary>Reserves for a use that no message stands for, keeps the hold alive while it lasts, and pays or gives it back at the end.</summary>
internal sealed partial class HeldUse(IBudgetGate budget, IUsageRecorder recorder, IOptions<UsageOptions> options, TimeProvider time, ILogger<HeldUse> logger)
{
    /// <summary>How long a bill is kept in memory for a database that is away.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan RetryEvery = TimeSpan.FromSeconds(1);

    public Task<Hold> ReserveAsync(Caller caller, HoldRequest request, CancellationToken cancellationToken) =>
        budget.ReserveAsync(caller, request, cancellationToken);

    /// <summary>Runs until it is cancelled.</summary>
    public async Task KeepAsync(Guid turnId, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(options.Value.HoldLifetime / 4, time);
        try
        {
            while (await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false))
            {
                await RenewAsync(turnId, cancellationToken).ConfigureAwait(false);
            }
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            // The call has ended.
        }
    }

    /// <summary>Pays <paramref name="entry"/> once, or gives the hold back when it is null. Never throws: a bill that cannot be written now is tried again behind the request.</summary>
    public async Task EndAsync(Guid turnId, LedgerEntry? entry)
    {
        try
        {
            await EndOnceAsync(turnId, entry).ConfigureAwait(false);
        }
        catch (Exception e) when (entry is not null)
        {
            LogNotRecorded(e, turnId);
            _ = RetryAsync(entry);
        }
        catch (Exception e)
        {
            // The hold expires by itself.
            LogNotReleased(e, turnId);
        }
    }

    private Task EndOnceAsync(Guid turnId, LedgerEntry? entry) => entry is null
        ? budget.ReleaseAsync(turnId, CancellationToken.None)
        : recorder.RecordAsync(entry, CancellationToken.None);

    private async Task RetryAsync(LedgerEntry entry)
    {
        var givingUpAt = time.GetUtcNow() + Patience;
        while (time.GetUtcNow() < givingUpAt)
        {
            await Task.Delay(RetryEvery, time).ConfigureAwait(false);
            try
            {
                await EndOnceAsync(entry.TurnId, entry).ConfigureAwait(false);
                return;
            }
            catch (Exception e)
            {
                LogNotRecorded(e, entry.TurnId);
            }
        }

        LogLost(entry.TurnId);
    }

    private async Task RenewAsync(Guid turnId, CancellationToken cancellationToken)
    {
        try
        {
            await budget.RenewAsync(turnId, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // A hold outlives several missed renewals.
            LogNotRenewed(e, turnId);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Use {TurnId} could not be written to the ledger yet; it is kept in memory and tried again")]
    private partial void LogNotRecorded(Exception exception, Guid turnId);

    [LoggerMessage(Level = LogLevel.Error, Message = "Use {TurnId} could not be written to the ledger and is given up")]
    private partial void LogLost(Guid turnId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The hold of use {TurnId} could not be given back; it expires by itself")]
    private partial void LogNotReleased(Exception exception, Guid turnId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The hold of use {TurnId} could not be renewed; it is tried again")]
    private partial void LogNotRenewed(Exception exception, Guid turnId);
}
