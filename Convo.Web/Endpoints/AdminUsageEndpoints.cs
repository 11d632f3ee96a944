using Convo.Core.Accounts;
using Convo.Core.Shared;
using Convo.Core.Usage;
using Convo.Web.Hosting;

namespace Convo.Web.Endpoints;

/// <summary>Everybody's use, for administrators.</summary>
internal static class AdminUsageEndpoints
{
    public static void MapAdminUsageEndpoints(this IEndpointRouteBuilder routes) =>
        routes.MapGet("/api/convo/admin/usage", GetAsync).WithTags("Administration").RequireAuthorization(Roles.Admin)
            .WithSummary("Who used what: by user, team, model, day, api_key or source")
            .WithDescription("from and to as in /api/convo/usage; user_id, team_id and model narrow it down. format=csv, or Accept: text/csv, gives a table to download.")
            .Produces<ItemList<UsageReportRow>>()
            .Produces(StatusCodes.Status200OK, contentType: UsageCsv.MediaType);

    private static async Task<IResult> GetAsync(
        Caller caller, IUsageReports reports, BudgetCalendar calendar, TimeProvider time, HttpRequest request, CancellationToken cancellationToken,
        string? from = null, string? to = null, string? group_by = null, Guid? user_id = null, Guid? team_id = null, string? model = null, string? format = null)
    {
        var (start, end) = UsageSpan.Of(from, to, calendar, time.GetUtcNow());
        var query = new UsageReportQuery(start, end, GroupingOf(group_by), user_id, team_id, model);
        var csv = WantsCsv(format, request);
        var rows = await reports.ReportAsync(caller, query, cancellationToken);
        return csv
            ? TypedResults.File(UsageCsv.Of(rows), UsageCsv.MediaType, $"usage-{group_by ?? "user"}-{calendar.DayOf(start):yyyy-MM-dd}-{calendar.DayOf(end.AddTicks(-1)):yyyy-MM-dd}.csv")
            : TypedResults.Ok(new ItemList<UsageReportRow>(rows));
    }

    private static bool WantsCsv(string? format, HttpRequest request) => format switch
    {
        "csv" => true,
        "json" => false,
        null => request.GetTypedHeaders().Accept is [{ MediaType.Value: "text/csv" }, ..],
        _ => throw ConvoException.Invalid("format", "format is json or csv."),
    };

    internal static UsageReportGrouping GroupingOf(string? text) => text switch
    {
        null or "user" => UsageReportGrouping.User,
        "team" => UsageReportGrouping.Team,
        "model" => UsageReportGrouping.Model,
        "day" => UsageReportGrouping.Day,
        "api_key" => UsageReportGrouping.ApiKey,
        "source" => UsageReportGrouping.Source,
        _ => throw ConvoException.Invalid("group_by", "group_by is user, team, model, day, api_key or source."),
    };
}
