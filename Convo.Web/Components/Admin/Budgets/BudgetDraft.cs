using System.Globalization;
using Convo.Core.Shared;
using Convo.Core.Usage;

namespace Convo.Web.Components.Admin.Budgets;

/// <summary>A limit while it is being written: text as it was typed.</summary>
public sealed class BudgetDraft
{
    public BudgetScope Scope { get; set; } = BudgetScope.User;

    /// <summary>Null: the organisation, or the default of every member of the scope.</summary>
    public BudgetHolder? Holder { get; set; }

    public BudgetWindow Window { get; set; }

    public string Tokens { get; set; } = "";

    public string Dollars { get; set; } = "";

    public string Warn { get; set; } = "";

    public string Reason { get; set; } = "";

    /// <summary>It changes a limit that is there: whose it is stays.</summary>
    public bool IsChange { get; private init; }

    public static BudgetDraft Of(BudgetRow row) => new()
    {
        Scope = row.Scope,
        Holder = row.ScopeId is { } id ? new BudgetHolder(id, BudgetAdminText.Owner(row.Scope, id, row.Name), null) : null,
        Window = row.Window,
        Tokens = row.TokenLimit?.ToString("#,0", CultureInfo.InvariantCulture) ?? "",
        Dollars = row.CostLimit?.ToString("0.##########", CultureInfo.InvariantCulture) ?? "",
        Warn = row.WarnPercent == BudgetLimit.DefaultWarnPercent ? "" : row.WarnPercent.ToString(CultureInfo.InvariantCulture),
        IsChange = true,
    };

    /// <exception cref="ConvoException">What was typed is no figure; the field is named.</exception>
    public BudgetLimit ToLimit()
    {
        var tokens = Read(Tokens, "token_limit", "Write the tokens as a whole number, such as 200,000.", text =>
            long.TryParse(text.Replace(",", "", StringComparison.Ordinal).Replace(" ", "", StringComparison.Ordinal), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : (long?)null);
        var dollars = Read(Dollars, "cost_limit", "Write the money in US dollars, such as 12.50.", text =>
            decimal.TryParse(text.TrimStart('$'), NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var number) ? number : (decimal?)null);
        var warn = Read(Warn, "warn_percent", "Write the soft limit as a whole number of percent, such as 80.", text =>
            int.TryParse(text.TrimEnd('%', ' '), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? number : (int?)null);
        var limit = new BudgetLimit(Scope, Scope == BudgetScope.Global ? null : Holder?.Id, Window, tokens, dollars, warn);
        BudgetLimitRules.Check(limit);
        return limit;
    }

    private static T? Read<T>(string text, string field, string help, Func<string, T?> parse)
        where T : struct =>
        string.IsNullOrWhiteSpace(text) ? null : parse(text.Trim()) ?? throw ConvoException.Invalid(field, help);
}
