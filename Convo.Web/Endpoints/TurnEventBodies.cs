using Convo.Core.Turns;
using Convo.Core.Usage;

namespace Convo.Web.Endpoints;

/// <summary>The public names and bodies of turn events.</summary>
internal static class TurnEventBodies
{
    public static (string Name, object Data) Of(TurnEventData data) => data switch
    {
        TurnStarted => ("start", data),
        TurnStageChanged => ("status", data),
        TurnDelta => ("delta", data),
        TurnCitations => ("citations", data),
        TurnUsage usage => ("usage", UsageBody.Of(usage)),
        TurnContextCut => ("context", data),
        TurnModelSwitched => ("model", data),
        TurnDone => ("done", data),
        TurnFailed failed => ("error", ErrorBody.Of(failed)),
        _ => throw new ArgumentOutOfRangeException(nameof(data), data.GetType(), "An event without a public name."),
    };

    private sealed record UsageBody(
        int InputTokens, int CachedInputTokens, int OutputTokens, int ReasoningTokens, decimal? Cost, bool Estimated, BudgetBody? Budget)
    {
        public static UsageBody Of(TurnUsage u) => new(
            u.InputTokens, u.CachedInputTokens, u.OutputTokens, u.ReasoningTokens, u.Cost, u.Estimated,
            u.Budget is { } b ? new BudgetBody(b.Scope, b.Window, b.Used, b.Limit, b.CostUsed, b.CostLimit, b.Level, b.ResetsAt) : null);
    }

    /// <param name="Level">warn past the soft limit, spent past the hard one.</param>
    private sealed record BudgetBody(
        BudgetScope Scope, BudgetWindow Window, long Used, long? Limit, decimal CostUsed, decimal? CostLimit, BudgetLevel Level, DateTimeOffset ResetsAt);

    /// <summary>A problem object (RFC 9457) inside the stream.</summary>
    private sealed record ErrorBody(string Type, string Title, int Status, string Detail, string Code, double? RetryAfter, Guid MessageId)
    {
        public static ErrorBody Of(TurnFailed f) => new(
            "about:blank", f.Status == Core.Conversations.MessageStatus.Interrupted ? "The answer was interrupted" : "The answer failed",
            f.Code == "internal_error" ? StatusCodes.Status500InternalServerError : StatusCodes.Status502BadGateway, f.Detail, f.Code, f.RetryAfter, f.MessageId);
    }
}
