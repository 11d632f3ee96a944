using Convo.Core.Accounts;
using Convo.Core.Models;

namespace Convo.Core.Usage;

/// <summary>Decides before a provider is called, and counts after. See the design's chapter on money.</summary>
public interface IBudgetGate
{
    /// <summary>
    /// Holds <see cref="HoldRequest.InputTokens"/> plus output on every scope of the caller at once, or on none.
    /// Grants less output when only that is left and it is still useful.
    /// </summary>
    /// <exception cref="Shared.ConvoException">429 <c>budget_exceeded</c> with scope, used, limit, reset_at; 503 <c>budget_unavailable</c>.</exception>
    Task<Hold> ReserveAsync(Caller caller, HoldRequest request, CancellationToken cancellationToken);

    /// <summary>
    /// Replaces the hold by the real figure. It only counts: the caller has written the ledger row before, in the transaction that ended
    /// the turn, and that transaction is committed. Idempotent by turn id; a hold that expired is settled all the same. A turn without a
    /// ledger row is not counted.
    /// </summary>
    /// <exception cref="Shared.ConvoException">503 <c>budget_unavailable</c>; the ledger is right, and reconciliation brings the counters to it.</exception>
    Task SettleAsync(LedgerEntry entry, CancellationToken cancellationToken);

    /// <summary>Gives a hold back that was not used. Idempotent.</summary>
    Task ReleaseAsync(Guid turnId, CancellationToken cancellationToken);

    /// <summary>
    /// Keeps the hold of a long turn alive; called at least every 30 seconds. A hold expires by itself when its node dies. A hold that
    /// expired while its turn still ran comes back, even above the limit: what is being spent must be seen.
    /// </summary>
    Task RenewAsync(Guid turnId, CancellationToken cancellationToken);
}

/// <param name="TurnId">Fresh for every generation; makes each step idempotent.</param>
/// <param name="InputTokens">Upper estimate of the prompt.</param>
/// <param name="OutputTokens">The output cap wanted.</param>
/// <param name="MinimumOutputTokens">Below this an answer is of no use: refuse instead of shrinking further.</param>
/// <param name="Prices">For limits in money; null when not known.</param>
public sealed record HoldRequest(Guid TurnId, int InputTokens, int OutputTokens, int MinimumOutputTokens, ModelPrices? Prices);

/// <param name="OutputTokens">The output cap granted.</param>
/// <param name="At">When it was reserved: the window the turn counts in.</param>
public sealed record Hold(Guid TurnId, int OutputTokens, DateTimeOffset At);
