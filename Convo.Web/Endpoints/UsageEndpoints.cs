using System.Globalization;
using Convo.Core.Accounts;
using Convo.Core.Shared;
using Convo.Core.Usage;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Convo.Web.Endpoints;

/// <summary>What a caller used and may still use.</summary>
internal static class UsageEndpoints
{
    private static readonly TimeSpan DefaultSpan = TimeSpan.FromDays(30);

    public static RouteGroupBuilder MapUsageEndpoints(this IEndpointRouteBuilder routes)
    {
        var group = routes.MapGroup("/api/convo").WithTags("Usage");
        group.MapGet("/usage", GetUsageAsync)
            .WithSummary("Own use between two times, by day, model or thread")
            .WithDescription("from and to are times, or dates in the organisation's time zone; a date in to is the last day that counts. Without them: the last 30 days.");
        group.MapGet("/budget", GetBudgetAsync).WithSummary("Every budget that applies, the tightest first");
        return group;
    }

    private static async Task<Ok<ItemList<UsageRow>>> GetUsageAsync(
        Caller caller, IUsageReader usage, BudgetCalendar calendar, TimeProvider time, CancellationToken cancellationToken,
        string? from = null, string? to = null, string? group_by = null)
    {
        var now = time.GetUtcNow();
        var end = TimeOf("to", to, calendar, wholeDay: true) ?? now;
        var start = TimeOf("from", from, calendar, wholeDay: false) ?? end - DefaultSpan;
        if (start > end)
        {
            throw ConvoException.Invalid("from", "from must not be after to.");
        }

        var rows = await usage.UsageAsync(caller, new UsageQuery(start, end, GroupingOf(group_by)), cancellationToken);
        return TypedResults.Ok(new ItemList<UsageRow>(rows));
    }

    private static async Task<Ok<ItemList<BudgetState>>> GetBudgetAsync(Caller caller, IUsageReader usage, CancellationToken cancellationToken) =>
        TypedResults.Ok(new ItemList<BudgetState>(await usage.BudgetsAsync(caller, cancellationToken)));

    internal static UsageGrouping GroupingOf(string? text) => text switch
    {
        null or "day" => UsageGrouping.Day,
        "model" => UsageGrouping.Model,
        "thread" => UsageGrouping.Thread,
        _ => throw ConvoException.Invalid("group_by", "group_by is day, model or thread."),
    };

    internal static DateTimeOffset? TimeOf(string field, string? text, BudgetCalendar calendar, bool wholeDay)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        // The last date of the calendar has no next one.
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) && Stored(date.Year))
        {
            return calendar.StartOf(wholeDay ? date.AddDays(1) : date);
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) && Stored(time.Year)
            ? time.ToUniversalTime()
            : throw ConvoException.Invalid(field, $"{field} is a time such as 2026-11-22T12:00:00Z, or a date such as 2026-11-22.");
    }

    private static bool Stored(int year) => year is >= 2000 and <= 9000;
}
