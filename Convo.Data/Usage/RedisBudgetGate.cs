using System.Collections.Concurrent;
using Convo.Core.Accounts;
using Convo.Core.Shared;
using Convo.Core.Usage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Npgsql;

namespace Convo.Data.Usage;

/// <summary>
/// Admits by the counters in Redis, with every hold in PostgreSQL as well before anybody hears of it. See docs/adr/0004.
/// </summary>
internal sealed partial class RedisBudgetGate : IBudgetGate
{
    private const int Attempts = 8;

    private readonly BudgetCounters _counters;
    private readonly CounterRebuilder _rebuilder;
    private readonly HoldJournal _journal;
    private readonly LedgerReader _ledger;
    private readonly BudgetRules _rules;
    private readonly BudgetCalendar _calendar;
    private readonly UsageMetrics _metrics;
    private readonly TimeProvider _time;
    private readonly TimeSpan _lifetime;
    private readonly ILogger<RedisBudgetGate> _logger;
    private readonly ConcurrentDictionary<Guid, TurnHold> _holds = new();

    public RedisBudgetGate(
        BudgetCounters counters, CounterRebuilder rebuilder, HoldJournal journal, LedgerReader ledger, BudgetRules rules, BudgetCalendar calendar,
        UsageMetrics metrics, IOptions<UsageOptions> options, TimeProvider time, ILogger<RedisBudgetGate> logger)
    {
        (_counters, _rebuilder, _journal, _ledger, _rules, _calendar) = (counters, rebuilder, journal, ledger, rules, calendar);
        (_metrics, _time, _logger, _lifetime) = (metrics, time, logger, options.Value.HoldLifetime);
        metrics.HeldTokens = HeldTokens;
    }

    public async Task<Hold> ReserveAsync(Caller caller, HoldRequest request, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(request.InputTokens);
        ArgumentOutOfRangeException.ThrowIfNegative(request.OutputTokens);
        ArgumentOutOfRangeException.ThrowIfNegative(request.MinimumOutputTokens);
        try
        {
            return await AdmitAsync(caller, request, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is NpgsqlException or TimeoutException)
        {
            throw BudgetRefusal.Unavailable(e);
        }
    }

    private async Task<Hold> AdmitAsync(Caller caller, HoldRequest request, CancellationToken cancellationToken)
    {
        var at = _time.GetUtcNow();
        var asked = await AskedAsync(caller, at, cancellationToken).ConfigureAwait(false);
        var journaled = false;
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            // From here on the caller's token is not asked: a hold that nobody hears of would block until it expires.
            cancellationToken = CancellationToken.None;
            switch (await DecideAsync(caller, request, asked, at).ConfigureAwait(false))
            {
                case ReserveAnswer.Stale(var mark):
                    _rules.Learn(mark);
                    asked = await AskedAsync(caller, at, cancellationToken).ConfigureAwait(false);
                    break;
                case ReserveAnswer.Rebuild(var missing):
                    foreach (var index in missing)
                    {
                        await _rebuilder.RebuildAsync(asked.Accounts[index].Account, cancellationToken).ConfigureAwait(false);
                    }

                    break;
                case ReserveAnswer.Refused(var shortages):
                    await DropAsync(request.TurnId, journaled).ConfigureAwait(false);
                    throw Refuse(asked.Accounts, shortages, at);
                case ReserveAnswer.Held(var output, var tokens, var cost):
                    var hold = new TurnHold(request.TurnId, caller.UserId, caller.TeamId, caller.ApiKeyId, tokens, cost, at, _time.GetUtcNow() + _lifetime);
                    journaled = true;
                    if (await KeepAsync(hold).ConfigureAwait(false))
                    {
                        _rebuilder.Touch(asked.Accounts.Select(pair => pair.Account));
                        return new Hold(request.TurnId, output, at);
                    }

                    break;
                default:
                    throw new InvalidOperationException($"Turn {request.TurnId} has ended and cannot reserve again; a generation has an id of its own.");
            }
        }

        await DropAsync(request.TurnId, journaled).ConfigureAwait(false);
        throw BudgetRefusal.Unavailable();
    }

    /// <summary>The limits that apply now, with the counters they are on; each was compared with the ledger on the present connection.</summary>
    private async Task<Asked> AskedAsync(Caller caller, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var limits = await _rules.ResolveMarkedAsync(caller, cancellationToken).ConfigureAwait(false);
        var accounts = limits.Limits.Select(limit => (BudgetAccount.Of(limit, _calendar, at), limit)).ToList();
        await _rebuilder.EnsureComparedAsync(accounts.Select(pair => pair.Item1), cancellationToken).ConfigureAwait(false);
        return new Asked(accounts, limits.Mark);
    }

    private async Task<ReserveAnswer> DecideAsync(
        Caller caller, HoldRequest request, Asked asked, DateTimeOffset at)
    {
        var now = _time.GetUtcNow();
        try
        {
            return await _counters.ReserveAsync(request, asked.Accounts, asked.Mark, now, now + _lifetime).ConfigureAwait(false);
        }
        catch (ConvoException e) when (e.Kind == ProblemKind.Unavailable)
        {
            // The question may still reach Redis. Its withdrawal follows it on the same connection; nobody waits for that.
            _ = ReleaseQuietlyAsync(new TurnHold(request.TurnId, caller.UserId, caller.TeamId, caller.ApiKeyId, 0, 0, at, at));
            throw;
        }
    }

    /// <summary>
    /// Makes a hold durable. False when Redis was emptied before it was: a rebuild may have missed it then, and the decision is taken again.
    /// </summary>
    private async Task<bool> KeepAsync(TurnHold hold)
    {
        try
        {
            await _journal.KeepAsync(hold).ConfigureAwait(false);
            if (!await _counters.KnowsAsync(hold.TurnId).ConfigureAwait(false))
            {
                return false;
            }

            _holds[hold.TurnId] = hold;
            return true;
        }
        catch (Exception e)
        {
            LogUnkept(e, hold.TurnId);
            await ReleaseQuietlyAsync(hold).ConfigureAwait(false);
            throw;
        }
    }

    private ConvoException Refuse(
        List<(BudgetAccount Account, BudgetLimit Limit)> accounts, IReadOnlyList<ReserveAnswer.Shortage> shortages, DateTimeOffset at)
    {
        var spelled = shortages.Select(shortage =>
        {
            var account = accounts[shortage.Account].Account;
            decimal Of(long figure) => shortage.InMoney ? CostUnits.ToDollars(figure) : figure;
            return new BudgetShortage(
                account.Scope, account.Period, shortage.InMoney, Of(shortage.Used), Of(shortage.Held), Of(shortage.Limit), Of(shortage.Needed));
        }).ToList();
        foreach (var scope in spelled.Select(shortage => shortage.Scope).Distinct())
        {
            _metrics.Rejected(scope);
        }

        return BudgetRefusal.Of(spelled, _calendar.Zone, at);
    }

    private long HeldTokens()
    {
        var now = _time.GetUtcNow();
        return _holds.Values.Where(hold => hold.ExpiresAt > now).Sum(hold => hold.Tokens);
    }

    private sealed record Asked(List<(BudgetAccount Account, BudgetLimit Limit)> Accounts, string Mark);

    private Task DropAsync(Guid turnId, bool journaled) => journaled ? _journal.DropAsync(turnId) : Task.CompletedTask;

    [LoggerMessage(Level = LogLevel.Warning, Message = "The hold of turn {TurnId} could not be kept and is given back")]
    private partial void LogUnkept(Exception exception, Guid turnId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The hold of turn {TurnId} could not be given back; it expires by itself")]
    private partial void LogUnreleased(Exception exception, Guid turnId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Turn {TurnId} has no row in the ledger, so nothing is counted for it")]
    private partial void LogUnrecorded(Guid turnId);
}
