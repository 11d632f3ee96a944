using Convo.Core.Accounts;
using Convo.Core.Shared;
using Convo.Core.Turns;
using Convo.Core.Usage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Convo.Web.Endpoints;

/// <summary>What a caller used, may still use, and would use.</summary>
internal static class UsageEndpoints
{
    public static RouteGroupBuilder MapUsageEndpoints(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/convo").WithTags("Usage");
        group.MapGet("/usage", GetUsageAsync)
            .WithSummary("Own use between two times, by day, model or thread")
            .WithDescription("from and to are times, or dates in the organisation's time zone; a date in to is the last day that counts. Without them: the last 30 days.");
        group.MapGet("/budget", GetBudgetAsync).WithSummary("Every budget that applies, the tightest first");
        group.MapPost("/estimate", EstimateAsync).WithSummary("What a message would roughly cost, and what is left; nothing is sent")
            .WithDescription("Takes the body of a message to send. The figures are those that admission goes by: upper estimates.");
        return group;
    }

    private static async Task<Ok<ItemList<UsageRow>>> GetUsageAsync(
        Caller caller, IUsageReader usage, BudgetCalendar calendar, TimeProvider time, CancellationToken cancellationToken,
        string? from = null, string? to = null, string? group_by = null)
    {
        var (start, end) = UsageSpan.Of(from, to, calendar, time.GetUtcNow());
        return TypedResults.Ok(new ItemList<UsageRow>(await usage.UsageAsync(caller, new UsageQuery(start, end, GroupingOf(group_by)), cancellationToken)));
    }

    private static async Task<Ok<ItemList<BudgetState>>> GetBudgetAsync(Caller caller, IUsageReader usage, CancellationToken cancellationToken) =>
        TypedResults.Ok(new ItemList<BudgetState>(await usage.BudgetsAsync(caller, cancellationToken)));

    private static async Task<Ok<MessageEstimate>> EstimateAsync(SubmitBody body, Caller caller, IMessageEstimator estimator, CancellationToken cancellationToken) =>
        TypedResults.Ok(await estimator.EstimateAsync(caller, body.ToRequest(body.ThreadId, null), cancellationToken));

    internal static UsageGrouping GroupingOf(string? text) => text switch
    {
        null or "day" => UsageGrouping.Day,
        "model" => UsageGrouping.Model,
        "thread" => UsageGrouping.Thread,
        _ => throw ConvoException.Invalid("group_by", "group_by is day, model or thread."),
    };
}
