using Convo.Core.Accounts;

namespace Convo.Core.Usage;

/// <summary>Everybody's use, for administrators.</summary>
public interface IUsageReports
{
    /// <exception cref="Shared.ConvoException">403 unless the caller is an administrator.</exception>
    Task<IReadOnlyList<UsageReportRow>> ReportAsync(Caller caller, UsageReportQuery query, CancellationToken cancellationToken);
}

public enum UsageReportGrouping
{
    User,
    Team,
    Model,
    Day,
    ApiKey,
    Source,
}

/// <param name="To">The first instant that no longer counts.</param>
/// <param name="UserId">Only this person's use; so for the others.</param>
/// <param name="Model">A model's qualified id.</param>
public sealed record UsageReportQuery(
    DateTimeOffset From, DateTimeOffset To, UsageReportGrouping GroupBy, Guid? UserId = null, Guid? TeamId = null, string? Model = null);

/// <param name="Key">An id, a day (yyyy-MM-dd in the organisation's time zone), a model's qualified id or a source; empty for what belongs to nobody (any more).</param>
/// <param name="Label">The same for people.</param>
/// <param name="Detail">What tells two of one name apart: an address, whose key it is.</param>
/// <param name="Cost">US dollars; null when no part of it had a known price.</param>
/// <param name="UnpricedRequests">How many of the requests are not in the cost, because no price was known.</param>
public sealed record UsageReportRow(
    string Key,
    string Label,
    string? Detail,
    long Requests,
    long InputTokens,
    long CachedInputTokens,
    long OutputTokens,
    long ReasoningTokens,
    decimal? Cost,
    long UnpricedRequests);
