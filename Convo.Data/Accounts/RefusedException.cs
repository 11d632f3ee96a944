using Convo.Core.Accounts;

namespace Convo.Data.Accounts;

/// <summary>Rolls a transaction back with an outcome that its caller returns.</summary>
internal sealed class RefusedException(AccountOutcome outcome) : Exception(outcome.ToString())
{
    public AccountOutcome Outcome { get; } = outcome;
}
