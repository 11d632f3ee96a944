using Convo.Core.Usage;

namespace Convo.Data.Usage;

/// <summary>One counter: a scope's use in one period.</summary>
internal sealed record BudgetAccount(BudgetScope Scope, Guid? ScopeId, BudgetPeriod Period)
{
    // A late settlement or a look back at yesterday still finds the counter; after that the ledger alone knows.
    private static readonly TimeSpan Margin = TimeSpan.FromDays(2);

    public BudgetKeys KeysIn(RedisKeys keys) =>
        keys.Budget($"{BudgetNames.Of(Scope)}:{ScopeId?.ToString("N") ?? "all"}:{BudgetNames.Of(Period.Window)}:{Period.Label}");

    public long SecondsToLive(DateTimeOffset now) => (long)Math.Max((Period.End - now + Margin).TotalSeconds, 60);

    public static BudgetAccount Of(BudgetLimit limit, BudgetCalendar calendar, DateTimeOffset at) =>
        new(limit.Scope, limit.ScopeId, calendar.PeriodAt(limit.Window, at));

    /// <summary>Every counter that a use belongs to, whether limited or not.</summary>
    public static IReadOnlyList<BudgetAccount> AllOf(BudgetCalendar calendar, Guid userId, Guid? teamId, Guid? apiKeyId, DateTimeOffset at)
    {
        var day = calendar.PeriodAt(BudgetWindow.Day, at);
        var month = calendar.PeriodAt(BudgetWindow.Month, at);
        return [.. BudgetRules.ScopesOf(userId, teamId, apiKeyId).SelectMany(
            scope => new[] { new BudgetAccount(scope.Scope, scope.Id, day), new BudgetAccount(scope.Scope, scope.Id, month) })];
    }
}
