using Convo.Core.Usage;

namespace Convo.Data.Usage;

/// <summary>What a running turn has reserved.</summary>
/// <param name="Tokens">Input and granted output.</param>
/// <param name="Cost">In <see cref="CostUnits"/>; 0 when the price is not known.</param>
internal sealed record TurnHold(
    Guid TurnId, Guid UserId, Guid? TeamId, Guid? ApiKeyId, long Tokens, long Cost, DateTimeOffset ReservedAt, DateTimeOffset ExpiresAt)
{
    public IReadOnlyList<BudgetAccount> AccountsIn(BudgetCalendar calendar) => BudgetAccount.AllOf(calendar, UserId, TeamId, ApiKeyId, ReservedAt);
}
