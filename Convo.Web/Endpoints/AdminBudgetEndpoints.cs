using Convo.Core.Accounts;
using Convo.Core.Shared;
using Convo.Core.Usage;
using Convo.Web.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Convo.Web.Endpoints;

/// <summary>Budgets, for administrators. The services check the role again.</summary>
internal static class AdminBudgetEndpoints
{
    public static RouteGroupBuilder MapAdminBudgetEndpoints(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/convo/admin/budgets").WithTags("Administration").RequireAuthorization(Roles.Admin);
        group.MapGet("", ListAsync).WithSummary("Every limit with what is used of it, and whoever is near or past one");
        group.MapPut("", SetAsync).WithSummary("Sets a limit; it holds at once on every node")
            .WithDescription("null is no limit of its own: the default of the scope applies. Without scope_id: the organisation (scope global), or the default of every member of the scope.");
        group.MapGet("/history", HistoryAsync).WithSummary("Who changed which budget, when and why");
        return group;
    }

    private static async Task<Ok<BudgetListBody>> ListAsync(Caller caller, IBudgetAdministration budgets, CancellationToken cancellationToken)
    {
        var overview = await budgets.OverviewAsync(caller, cancellationToken);
        return TypedResults.Ok(new BudgetListBody(overview.Budgets, overview.Near));
    }

    private static async Task<Ok<BudgetLimit>> SetAsync(BudgetLimitBody body, Caller caller, IBudgetLimits limits, CancellationToken cancellationToken)
    {
        var limit = body.ToLimit();
        await limits.SetAsync(caller, limit, body.Reason, cancellationToken);
        return TypedResults.Ok(limit);
    }

    private static async Task<Ok<ItemList<BudgetChange>>> HistoryAsync(
        Caller caller, IBudgetAdministration budgets, CancellationToken cancellationToken, int limit = 50) =>
        TypedResults.Ok(new ItemList<BudgetChange>(await budgets.HistoryAsync(caller, PageSize.Check(limit), cancellationToken)));
}

/// <param name="Near">Whoever is past a soft or a hard limit now.</param>
internal sealed record BudgetListBody(IReadOnlyList<BudgetRow> Items, IReadOnlyList<BudgetRow> Near)
{
    public string? NextCursor { get; }
}

/// <param name="Scope">global, team, user or api_key.</param>
/// <param name="Window">day or month.</param>
internal sealed record BudgetLimitBody(
    string? Scope = null, Guid? ScopeId = null, string? Window = null, long? TokenLimit = null, decimal? CostLimit = null, int? WarnPercent = null, string? Reason = null)
{
    public BudgetLimit ToLimit() => new(
        BudgetNames.Scope(Scope) ?? throw ConvoException.Invalid("scope", "A budget's scope is global, team, user or api_key."),
        ScopeId,
        BudgetNames.Window(Window) ?? throw ConvoException.Invalid("window", "A budget's window is day or month: always the present one and those to come. One that is over cannot be limited."),
        TokenLimit,
        CostLimit,
        WarnPercent);
}
