using Convo.Core.Usage;
using Npgsql;

namespace Convo.Data.Usage;

/// <summary>What becomes of a hold.</summary>
internal sealed partial class RedisBudgetGate
{
    public Task SettleAsync(LedgerEntry entry, CancellationToken cancellationToken) => SettleAsync(entry, recordedIn: "", cancellationToken);

    /// <param name="entry">As the ledger has it.</param>
    /// <param name="recordedIn">The transaction of its row when the caller knows it, else empty.</param>
    /// <param name="cancellationToken">Ends the look into the ledger.</param>
    internal async Task SettleAsync(LedgerEntry entry, string recordedIn, CancellationToken cancellationToken)
    {
        // By the ledger row, not by what was reserved: a counter is the sum of the rows of its scope and period.
        var accounts = BudgetAccount.AllOf(_calendar, entry.UserId, entry.TeamId, entry.ApiKeyId, entry.OccurredAt);
        var cost = CostUnits.FromDollars(entry.Cost ?? 0);
        var ended = await _counters.EndAsync(entry.TurnId, true, accounts, entry.TotalTokens, cost, recordedIn).ConfigureAwait(false);
        if (ended == EndAnswer.NeedsTransaction)
        {
            if (await FindRowAsync(entry.TurnId, cancellationToken).ConfigureAwait(false) is { } row)
            {
                ended = await _counters.EndAsync(entry.TurnId, true, accounts, row.Tokens, row.Cost, row.RecordedIn).ConfigureAwait(false);
            }
            else
            {
                LogUnrecorded(entry.TurnId);
                await _counters.EndAsync(entry.TurnId, false, accounts, 0, 0, "").ConfigureAwait(false);
            }
        }

        if (ended == EndAnswer.Done)
        {
            _metrics.Settled(entry);
        }

        _rebuilder.Touch(accounts);
        _holds.TryRemove(entry.TurnId, out _);
    }

    public async Task ReleaseAsync(Guid turnId, CancellationToken cancellationToken)
    {
        try
        {
            var hold = _holds.GetValueOrDefault(turnId) ?? await _journal.FindAsync(turnId, cancellationToken).ConfigureAwait(false);
            // The journal first: a rebuild that still reads the row there has its notes open when the counters hear of it.
            await _journal.DropAsync(turnId).ConfigureAwait(false);
            var accounts = hold?.AccountsIn(_calendar) ?? [];
            await _counters.EndAsync(turnId, false, accounts, 0, 0, "").ConfigureAwait(false);
            _holds.TryRemove(turnId, out _);
        }
        catch (NpgsqlException e)
        {
            throw BudgetRefusal.Unavailable(e);
        }
    }

    public async Task RenewAsync(Guid turnId, CancellationToken cancellationToken)
    {
        try
        {
            var now = _time.GetUtcNow();
            var known = _holds.GetValueOrDefault(turnId) ?? await _journal.FindAsync(turnId, cancellationToken).ConfigureAwait(false);
            // Turns renew with every checkpoint; a hold needs it once in a third of its life.
            if (known is null || known.ExpiresAt - now > _lifetime * 2 / 3)
            {
                return;
            }

            var hold = known with { ExpiresAt = now + _lifetime };
            // Redis knows whether the turn has ended; a journal written after its ledger row would hold for nobody.
            if (await _counters.RenewAsync(hold, hold.AccountsIn(_calendar), now).ConfigureAwait(false))
            {
                await _journal.RenewAsync(turnId, hold.ExpiresAt, cancellationToken).ConfigureAwait(false);
                // Unless it was settled in the meantime.
                _holds.TryUpdate(turnId, hold, known);
            }
        }
        catch (NpgsqlException e)
        {
            throw BudgetRefusal.Unavailable(e);
        }
    }

    /// <summary>Forgets holds of turns that nobody ended here; Redis and the journal let them expire as well.</summary>
    internal void Sweep()
    {
        var now = _time.GetUtcNow();
        foreach (var hold in _holds.Values.Where(hold => hold.ExpiresAt + _lifetime < now))
        {
            _holds.TryRemove(hold.TurnId, out _);
        }
    }

    private async Task<LedgerRow?> FindRowAsync(Guid turnId, CancellationToken cancellationToken)
    {
        try
        {
            return await _ledger.FindAsync(turnId, cancellationToken).ConfigureAwait(false);
        }
        catch (NpgsqlException e)
        {
            throw BudgetRefusal.Unavailable(e);
        }
    }

    private async Task ReleaseQuietlyAsync(TurnHold hold)
    {
        try
        {
            await _journal.DropAsync(hold.TurnId).ConfigureAwait(false);
            await _counters.EndAsync(hold.TurnId, false, hold.AccountsIn(_calendar), 0, 0, "").ConfigureAwait(false);
        }
        catch (Exception e)
        {
            LogUnreleased(e, hold.TurnId);
        }
    }
}
