using Convo.Core.Accounts;
using Convo.Core.Conversations;
using Convo.Core.Models;
using Convo.Core.Shared;
using Convo.Core.Usage;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Convo.Core.Turns;

/// <summary>Ends the turns of dead nodes: their text so far is kept, marked interrupted, and what was delivered is paid.</summary>
internal sealed partial class TurnReaper(
    ITurnStore store,
    ITurnLog log,
    LiveTurns live,
    IBudgetGate budget,
    IModelCatalogue catalogue,
    ITokenCounter counter,
    IOptions<TurnOptions> options,
    TimeProvider time,
    ILogger<TurnReaper> logger) : BackgroundService
{
    /// <summary>For how long an expired turn is this reaper's, should it die as well.</summary>
    private static readonly TimeSpan ClaimFor = TimeSpan.FromSeconds(10);

    private DateTimeOffset _reachableSince;
    private bool _failing;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(options.Value.ReapInterval, time);
        // A sole node's leases cannot be anybody's: whatever streams now was left by a crash.
        var leftBehind = options.Value.SoleNode;
        _reachableSince = time.GetUtcNow();
        do
        {
            leftBehind &= !await TrySweepAsync(leftBehind, stoppingToken).ConfigureAwait(false);
        }
        while (await NextAsync(timer, stoppingToken).ConfigureAwait(false));
    }

    /// <summary>
    /// Leases also run out while the database is away and nobody can renew them. So a lease counts as expired only when it has stood
    /// against a database that answered for the length of a lease: its node had every chance.
    /// </summary>
    private async Task<bool> TrySweepAsync(bool leftBehind, CancellationToken cancellationToken)
    {
        var started = time.GetUtcNow();
        try
        {
            var patient = started - _reachableSince >= options.Value.LeaseDuration;
            // Even when nothing may be ended yet, the question tells whether the database answers.
            await SweepAsync(leftBehind ? null : patient ? started : DateTimeOffset.MinValue, cancellationToken).ConfigureAwait(false);
            if (time.GetUtcNow() - started > options.Value.LeaseDuration / 2)
            {
                // It answered so late (a lock, a stall) that renewals may have waited as well.
                _reachableSince = time.GetUtcNow();
            }

            _failing = false;
            return true;
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            if (!_failing)
            {
                LogSweepFailed(e.Message);
            }

            // Later than the next sweep begins: only time after a success counts.
            _failing = true;
            _reachableSince = time.GetUtcNow() + options.Value.ReapInterval;
            return false;
        }
    }

    /// <summary>Ends every turn whose lease ran out before <paramref name="expiredBefore"/> (null: whatever its lease says), except those that run here.</summary>
    public async Task SweepAsync(DateTimeOffset? expiredBefore, CancellationToken cancellationToken)
    {
        var claimed = await store.ClaimExpiredAsync(expiredBefore, time.GetUtcNow() + ClaimFor, live.TurnIds, cancellationToken).ConfigureAwait(false);
        foreach (var turn in claimed)
        {
            await EndAsync(turn, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task EndAsync(ExpiredTurn turn, CancellationToken cancellationToken)
    {
        var writer = time.NewId();
        var (text, lastSeq) = await LastWordsAsync(turn, writer, cancellationToken).ConfigureAwait(false);
        var used = UsageOf(turn, text);
        var now = time.GetUtcNow();
        var error = TurnOutcome.Interrupted.Error!;
        var ended = new FinishedTurn(
            turn.AnswerId, turn.TurnId, text, lastSeq + 1, MessageStatus.Interrupted, null, error, used, LedgerOf(turn, used), [], null, null, now - turn.CreatedAt, now);
        var ending = await store.FinishAsync(ended, cancellationToken).ConfigureAwait(false);
        if (!ending.Won)
        {
            return;
        }

        LogInterrupted(turn.TurnId);
        try
        {
            if (ended.Ledger is null)
            {
                await budget.ReleaseAsync(turn.TurnId, cancellationToken).ConfigureAwait(false);
            }
            else if (ending.Recorded)
            {
                await budget.SettleAsync(ended.Ledger, cancellationToken).ConfigureAwait(false);
            }

            await log.AppendAsync(
                turn.TurnId, writer, [new TurnEvent(lastSeq + 1, new TurnFailed(turn.AnswerId, MessageStatus.Interrupted, error.Code, error.Detail))], cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // The row is ended and the ledger has its entry: reconciliation and the stored message do the rest.
            LogAftermathFailed(e, turn.TurnId);
        }
    }

    /// <summary>The shared log usually reaches further than the last checkpoint.</summary>
    private async Task<(string Text, long LastSeq)> LastWordsAsync(ExpiredTurn turn, Guid writer, CancellationToken cancellationToken)
    {
        try
        {
            await log.TakeOverAsync(turn.TurnId, writer, cancellationToken).ConfigureAwait(false);
            var events = await log.ReadAsync(turn.TurnId, 0, cancellationToken).ConfigureAwait(false);
            if (events.Count > turn.LastSeq)
            {
                return (string.Concat(events.Select(e => e.Data).OfType<TurnDelta>().Select(d => d.Text)), events[^1].Seq);
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogAftermathFailed(e, turn.TurnId);
        }

        return (turn.Content, turn.LastSeq);
    }

    private MessageUsage? UsageOf(ExpiredTurn turn, string text)
    {
        // Nothing delivered, nothing to pay: nobody can say whether the provider was asked at all.
        if (text.Length == 0)
        {
            return null;
        }

        var output = counter.Count(text);
        return new MessageUsage(turn.InputTokens, 0, output, 0, PricesOf(turn)?.CostOf(turn.InputTokens, 0, output), Estimated: true);
    }

    private LedgerEntry? LedgerOf(ExpiredTurn turn, MessageUsage? used) => used is null
        ? null
        : new LedgerEntry(
            turn.TurnId, turn.OwnerId, turn.TeamId, turn.ApiKeyId, turn.ThreadId, turn.AnswerId, UsageSources.OfAnswer(turn.ApiKeyId), turn.Model, turn.Provider,
            used.InputTokens, 0, used.OutputTokens, 0, PricesOf(turn), true, turn.CreatedAt);

    private ModelPrices? PricesOf(ExpiredTurn turn) => catalogue.Find($"{turn.Provider}/{turn.Model}")?.Prices;

    private static async Task<bool> NextAsync(PeriodicTimer timer, CancellationToken cancellationToken)
    {
        try
        {
            return await timer.WaitForNextTickAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Turn {TurnId} was left behind by its node; its answer is marked interrupted")]
    private partial void LogInterrupted(Guid turnId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Turn {TurnId} is ended in the database, but its log or counters could not be told")]
    private partial void LogAftermathFailed(Exception exception, Guid turnId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Looking for abandoned turns failed; it is tried again ({Reason})")]
    private partial void LogSweepFailed(string reason);
}
