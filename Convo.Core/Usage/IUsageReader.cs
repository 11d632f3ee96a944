using Convo.Core.Accounts;

namespace Convo.Core.Usage;

/// <summary>Reads budgets and use. Own figures only, unless the caller is an administrator.</summary>
public interface IUsageReader
{
    /// <summary>Every budget that applies to the caller, the tightest first.</summary>
    Task<IReadOnlyList<BudgetState>> BudgetsAsync(Caller caller, CancellationToken cancellationToken);

    /// <summary>The caller's own use between two instants, grouped.</summary>
    Task<IReadOnlyList<UsageRow>> UsageAsync(Caller caller, UsageQuery query, CancellationToken cancellationToken);
}

public enum UsageGrouping
{
    Day,
    Model,
    Thread,
}

public sealed record UsageQuery(DateTimeOffset From, DateTimeOffset To, UsageGrouping GroupBy);

/// <param name="Key">The day (yyyy-MM-dd in the organisation's time zone), the model's qualified id, or the thread's id.</param>
/// <param name="Label">The same for people: a thread's title, a model's name.</param>
/// <param name="Cost">Null when no part of it had a known price.</param>
public sealed record UsageRow(
    string Key, string Label, long Requests, long InputTokens, long CachedInputTokens, long OutputTokens, decimal? Cost);
