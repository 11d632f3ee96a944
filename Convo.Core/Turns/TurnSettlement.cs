using System.Text.RegularExpressions;
using Convo.Core.Conversations;
using Convo.Core.Knowledge;
using Convo.Core.Models;
using Convo.Core.Usage;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace Convo.Core.Turns;

/// <summary>Stores how a turn ended, pays for it once, and tells its readers.</summary>
internal sealed partial class TurnSettlement(
    ITurnStore store, IBudgetGate budget, IUsageReader usage, ICitationBuilder citations, ITokenCounter counter, TimeProvider time, ILogger<TurnSettlement> logger)
{
    /// <summary>How long the end of a turn is kept in memory for a database that is away.</summary>
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(10);

    private static readonly TimeSpan RetryEvery = TimeSpan.FromSeconds(1);

    public async Task FinishAsync(LiveTurn turn, TurnOutcome outcome, TurnYield result)
    {
        var (text, _) = turn.Snapshot();
        var cited = Cite(turn, text, result.Retrieval);
        if (cited.Count > 0)
        {
            turn.Append(new TurnCitations(cited));
        }

        var used = UsageOf(turn, outcome, result, text);
        var ended = Describe(turn, outcome, result, text, cited, used);
        var ending = await StoreAsync(ended).ConfigureAwait(false);
        // Whoever ended the answer pays for it. A deleted one was ended by nobody, but its use is in the ledger.
        if (ended.Ledger is null || ending.Recorded)
        {
            await PayAsync(turn, ended).ConfigureAwait(false);
        }

        if (!ending.Won)
        {
            turn.Abandon();
            return;
        }

        if (used is not null)
        {
            var state = await BudgetAsync(turn).ConfigureAwait(false);
            turn.Append(new TurnUsage(used.InputTokens, used.CachedInputTokens, used.OutputTokens, used.ReasoningTokens, used.Cost, used.Estimated, state));
        }

        turn.Append(outcome.Error is { } error
            ? new TurnFailed(turn.Plan.AnswerId, outcome.Status, error.Code, error.Detail, outcome.RetryAfter?.TotalSeconds)
            : new TurnDone(turn.Plan.AnswerId, outcome.Status, result.FinishReason));
    }

    private IReadOnlyList<Citation> Cite(LiveTurn turn, string text, Retrieval? retrieval)
    {
        try
        {
            return retrieval is { Passages.Count: > 0 } ? citations.Build(text, retrieval) : [];
        }
        catch (RegexMatchTimeoutException e)
        {
            // The answer is worth more than its citations: it has to end.
            LogNotCited(e, turn.Plan.TurnId);
            return [];
        }
    }

    /// <summary>The provider's figures; else what was sent and delivered, counted here. Null when there is nothing to pay.</summary>
    private MessageUsage? UsageOf(LiveTurn turn, TurnOutcome outcome, TurnYield result, string text)
    {
        if (turn.PromptTokens == 0 || (outcome.Status is MessageStatus.Failed or MessageStatus.Interrupted && text.Length == 0))
        {
            return null;
        }

        var (input, cached, output, reasoning, estimated) = result.Usage is { InputTokenCount: not null, OutputTokenCount: not null } given
            ? ((int)given.InputTokenCount, (int)(given.CachedInputTokenCount ?? 0), (int)given.OutputTokenCount, (int)(given.ReasoningTokenCount ?? 0), UsageMarks.IsEstimated(given))
            : (turn.PromptTokens, 0, counter.Count(text), 0, true);
        return new MessageUsage(input, cached, output, reasoning, (result.AnsweredBy ?? turn.Plan.Model).Prices?.CostOf(input, cached, output), estimated);
    }

    private FinishedTurn Describe(LiveTurn turn, TurnOutcome outcome, TurnYield result, string text, IReadOnlyList<Citation> cited, MessageUsage? used)
    {
        var plan = turn.Plan;
        var model = result.AnsweredBy ?? plan.Model;
        var now = time.GetUtcNow();
        var ledger = used is null
            ? null
            : new LedgerEntry(
                plan.TurnId, plan.Caller.UserId, plan.Caller.TeamId, plan.Caller.ApiKeyId, plan.ThreadId, plan.AnswerId, UsageSources.OfAnswer(plan.Caller.ApiKeyId),
                model.Id, model.Provider, used.InputTokens, used.CachedInputTokens, used.OutputTokens, used.ReasoningTokens,
                model.Prices, used.Estimated, plan.Hold.At);
        // Counts the events that follow once this is stored: usage, then the end.
        var lastSeq = turn.Snapshot().LastSeq + (used is null ? 1 : 2);
        return new FinishedTurn(
            plan.AnswerId, plan.TurnId, text, lastSeq, outcome.Status, result.FinishReason, outcome.Error, used, ledger, cited,
            result.Retrieval is { Query.Length: > 0 } ? result.Retrieval : null, result.FirstDeltaAt - plan.AcceptedAt, now - plan.AcceptedAt, now)
        {
            AnsweredBy = result.AnsweredBy,
            OmittedMessages = result.OmittedMessages,
        };
    }

    private async Task<TurnEnding> StoreAsync(FinishedTurn ended)
    {
        var givingUpAt = time.GetUtcNow() + Patience;
        for (var first = true; ; first = false)
        {
            try
            {
                return await store.FinishAsync(ended, CancellationToken.None).ConfigureAwait(false);
            }
            catch (Exception e) when (time.GetUtcNow() < givingUpAt)
            {
                if (first)
                {
                    LogStoreFailed(e, ended.TurnId);
                }

                await Task.Delay(RetryEvery, time).ConfigureAwait(false);
            }
        }
    }

    private async Task PayAsync(LiveTurn turn, FinishedTurn ended)
    {
        try
        {
            await (ended.Ledger is { } entry
                ? budget.SettleAsync(entry, CancellationToken.None)
                : budget.ReleaseAsync(turn.Plan.TurnId, CancellationToken.None)).ConfigureAwait(false);
        }
        catch (Exception e)
        {
            // The ledger has the row; reconciliation brings the counter to it, and the hold expires.
            LogSettleFailed(e, ended.TurnId);
        }
    }

    private async Task<BudgetState?> BudgetAsync(LiveTurn turn)
    {
        try
        {
            return await usage.BudgetsAsync(turn.Plan.Caller, CancellationToken.None).ConfigureAwait(false) is [var tightest, ..] ? tightest : null;
        }
        catch (Exception e)
        {
            // The answer is stored and paid; the meter shows its last figure a little longer.
            LogBudgetUnknown(e, turn.Plan.TurnId);
            return null;
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The citations of turn {TurnId} took too long to find; it ends without them")]
    private partial void LogNotCited(Exception exception, Guid turnId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The end of turn {TurnId} could not be stored yet; it is kept in memory and tried again")]
    private partial void LogStoreFailed(Exception exception, Guid turnId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Turn {TurnId} is in the ledger but its counters were not settled")]
    private partial void LogSettleFailed(Exception exception, Guid turnId);

    [LoggerMessage(Level = LogLevel.Information, Message = "The budget after turn {TurnId} could not be read")]
    private partial void LogBudgetUnknown(Exception exception, Guid turnId);
}
