using Convo.Core.Usage;
using Convo.Web.Components.Shared;

namespace Convo.Web.Components.Admin.Budgets;

/// <summary>Whose budget it is, and what is in it, in words.</summary>
internal static class BudgetAdminText
{
    public static string Owner(BudgetScope scope, Guid? id, string? name) => (scope, id) switch
    {
        (BudgetScope.Global, _) => "The organisation",
        (_, not null) => name ?? "Somebody who was deleted",
        (BudgetScope.Team, _) => "Every team",
        (BudgetScope.User, _) => "Every person",
        _ => "Every API key",
    };

    public static string Kind(BudgetScope scope, Guid? id) => (scope, id) switch
    {
        (BudgetScope.Global, _) => "all use together",
        (_, null) => "default",
        (BudgetScope.Team, _) => "team",
        (BudgetScope.User, _) => "person",
        _ => "API key",
    };

    public static string Window(BudgetWindow window) => window == BudgetWindow.Day ? "a day" : "a month";

    public static string Tokens(long? limit) => limit is { } tokens ? Format.Count(tokens) : Format.Unknown;

    public static string? Tone(BudgetRow row) => row.Level switch
    {
        BudgetLevel.Spent => "bad",
        BudgetLevel.Warn => "warn",
        _ => null,
    };

    public static string? Word(BudgetRow row) => row.Level switch
    {
        BudgetLevel.Spent => "used up",
        BudgetLevel.Warn => "past its soft limit",
        _ => null,
    };

    /// <summary>"1,204 of 200,000 tokens · $1.20 of $5.00": what applies, also where it is inherited.</summary>
    public static string Used(BudgetRow row) => string.Join(" · ", ((string?[])
    [
        (row.TokenLimit ?? row.Inherited?.TokenLimit) is { } tokens ? $"{Format.Count(row.Used ?? 0)} of {Format.Tokens(tokens)}" : null,
        (row.CostLimit ?? row.Inherited?.CostLimit) is { } cost ? $"{Format.Cost(row.CostUsed ?? 0)} of {Format.Cost(cost)}" : null,
    ]).OfType<string>());

    /// <summary>Without figures of its own a person, team or key has what its default says.</summary>
    public static string Figures(BudgetFigures figures, Guid? scopeId) => figures is { TokenLimit: null, CostLimit: null }
        ? scopeId is null ? "no limit" : "the default"
        : string.Join(", ", ((string?[])
        [
            figures.TokenLimit is { } tokens ? Format.Tokens(tokens) : null,
            figures.CostLimit is { } cost ? Format.Cost(cost) : null,
        ]).OfType<string>());
}
