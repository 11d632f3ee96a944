using System.Globalization;
using System.Text;
using Convo.Core.Accounts;
using Convo.Core.Shared;
using Microsoft.AspNetCore.Mvc;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Convo.Web.Endpoints;

/// <summary>The audit log, for administrators: <c>/api/convo/admin/audit</c>.</summary>
internal static class AdminAuditEndpoints
{
    public static void MapAudit(this IEndpointRouteBuilder admin)
    {
        var audit = admin.MapGroup("/audit");
        audit.MapGet("", ListAsync).WithSummary("The audit log, newest first. action may be the beginning of one, such as user. for all about people.");
        audit.MapGet("/export", ExportAsync).WithSummary("All that the filters let through, as CSV.").Produces(StatusCodes.Status200OK, contentType: "text/csv");
    }

    private static Task<Page<AuditLine>> ListAsync([AsParameters] AuditQuery query, Caller caller, IAuditLog audit, CancellationToken cancellationToken) =>
        audit.ListAsync(caller, query.ToFilter(), cancellationToken);

    private static PushStreamHttpResult ExportAsync([AsParameters] AuditQuery query, Caller caller, IAuditLog audit, CancellationToken cancellationToken)
    {
        var lines = audit.ExportAsync(caller, query.ToFilter(), cancellationToken);
        return TypedResults.Stream(output => AuditCsv.WriteAsync(output, lines), "text/csv; charset=utf-8", "convo-audit.csv");
    }
}

internal sealed record AuditQuery
{
    public string? Action { get; init; }

    [FromQuery(Name = "actor_id")] public Guid? ActorId { get; init; }

    [FromQuery(Name = "target_id")] public string? TargetId { get; init; }

    public DateTimeOffset? From { get; init; }

    public DateTimeOffset? To { get; init; }

    public string? Cursor { get; init; }

    public int? Limit { get; init; }

    public AuditFilter ToFilter() => new(Action, ActorId, TargetId, From?.ToUniversalTime(), To?.ToUniversalTime(), Cursor, Limit ?? 50);
}

/// <summary>RFC 4180, with the byte order mark that spreadsheets look for.</summary>
internal static class AuditCsv
{
    public static async Task WriteAsync(Stream output, IAsyncEnumerable<AuditLine> lines)
    {
        await using var writer = new StreamWriter(output, new UTF8Encoding(encoderShouldEmitUTF8Identifier: true), leaveOpen: true) { NewLine = "\r\n" };
        await writer.WriteLineAsync("at,actor_id,actor,action,target_type,target_id,target,reason,details");
        await foreach (var line in lines)
        {
            string?[] cells =
            [
                line.At.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture), line.ActorId?.ToString(), line.ActorName, line.Action,
                line.TargetType, line.TargetId, line.TargetName, line.Reason, line.Details.GetRawText(),
            ];
            await writer.WriteLineAsync(string.Join(',', cells.Select(Cell)));
        }
    }

    /// <summary>A spreadsheet runs what begins like a formula, and names are what people chose: such a cell begins with an apostrophe.</summary>
    internal static string Cell(string? text)
    {
        var safe = text is ['=' or '+' or '-' or '@' or '\t' or '\r', ..] ? "'" + text : text ?? "";
        return safe.AsSpan().ContainsAny("\",\r\n") ? $"\"{safe.Replace("\"", "\"\"", StringComparison.Ordinal)}\"" : safe;
    }
}
