namespace Convo.Core.Usage;

/// <summary>The spelling of scopes, windows and sources in the API, SQL and keys.</summary>
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

    public static string Of(UsageSource source) => source switch
    {
        UsageSource.Chat => "chat",
        UsageSource.Title => "title",
        UsageSource.Rewrite => "rewrite",
        UsageSource.Embedding => "embedding",
        UsageSource.Api => "api",
        _ => throw new ArgumentOutOfRangeException(nameof(source), source, "not a source of use"),
    };

    public static BudgetScope? Scope(string? name) => Enum.GetValues<BudgetScope>().Cast<BudgetScope?>().FirstOrDefault(scope => Of(scope!.Value) == name);

    public static BudgetWindow? Window(string? name) => Enum.GetValues<BudgetWindow>().Cast<BudgetWindow?>().FirstOrDefault(window => Of(window!.Value) == name);
}
