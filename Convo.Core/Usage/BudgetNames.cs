namespace Convo.Core.Usage;

/// <summary>The spelling of scopes and windows in the API, SQL and keys.</summary>
public static class BudgetNames
{
    public static string Of(BudgetScope scope) => scope switch
    {
        BudgetScope.User => "user",
        BudgetScope.Team => "team",
        BudgetScope.ApiKey => "api_key",
        BudgetScope.Global => "global",
        _ => throw new ArgumentOutOfRangeException(nameof(scope), scope, "not a scope of budgets"),
    };

    public static string Of(BudgetWindow window) => window switch
    {
        BudgetWindow.Day => "day",
        BudgetWindow.Month => "month",
        _ => throw new ArgumentOutOfRangeException(nameof(window), window, "not a window of budgets"),
    };
}
