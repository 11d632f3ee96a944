using Convo.Core.Shared;
using Convo.Core.Turns;
using Convo.Core.Usage;
using Convo.Data.Usage;

namespace Convo.Data.Turns;

/// <inheritdoc cref="ITurnStore"/>
internal sealed partial class PgTurnStore(Db db, TimeProvider time) : ITurnStore, IDisposable
{
    /// <summary>
    /// An acceptance keeps a connection while it asks Redis. Of a crowd that sends at once this many do, in the order they came: the first
    /// are answered while the last still wait, and the other connections are there for checkpoints, ends and readers.
    /// </summary>
    private const int AcceptancesAtOnce = 32;

    private readonly SemaphoreSlim _accepting = new(AcceptancesAtOnce);

    public void Dispose() => _accepting.Dispose();

    public async Task<TurnAcceptance> AcceptAsync(NewTurn turn, Func<CancellationToken, Task> reserve, CancellationToken cancellationToken)
    {
        await _accepting.WaitAsync(cancellationToken).ConfigureAwait(false);
        try
        {
            return await AcceptInTurnAsync(turn, reserve, cancellationToken).ConfigureAwait(false);
        }
        finally
        {
            _accepting.Release();
        }
    }

    private async Task<TurnAcceptance> AcceptInTurnAsync(NewTurn turn, Func<CancellationToken, Task> reserve, CancellationToken cancellationToken)
    {
        try
        {
            return await db.InTransactionAsync(
                async session =>
                {
                    var acceptance = new TurnAcceptanceSession(session, turn, cancellationToken);
                    if (await acceptance.FindFirstAsync().ConfigureAwait(false) is { } first)
                    {
                        return first;
                    }

                    await acceptance.CheckAsync().ConfigureAwait(false);
                    await reserve(cancellationToken).ConfigureAwait(false);
                    return await acceptance.StoreAsync().ConfigureAwait(false);
                },
                cancellationToken).ConfigureAwait(false);
        }
        catch (ConvoException e) when (Faults.OutcomeUnknown(e))
        {
            // The reply to COMMIT was lost. The turn is fresh, so its row tells.
            var stored = await db.QuerySingleOrDefaultAsync<Guid?>(StoredSql, new { answerId = turn.AnswerId, turnId = turn.TurnId }, CancellationToken.None).ConfigureAwait(false);
            if (stored is not { } threadId)
            {
                throw;
            }

            return new TurnAcceptance(threadId, turn.AnswerTo, turn.AnswerId, Replayed: false);
        }
    }

    private const string StoredSql = "SELECT thread_id FROM conversation_messages WHERE id = @answerId AND turn_id = @turnId";

    private const string ByKeySql =
        """
        SELECT m.thread_id, m.parent_id AS user_message_id, m.id AS answer_id, true AS replayed
          FROM idempotency_keys k
          JOIN conversation_messages m ON m.id = k.message_id
         WHERE k.user_id = @userId AND k.key = @key AND m.parent_id IS NOT NULL
        """;

    public Task<TurnAcceptance?> FindByKeyAsync(Guid userId, string key, CancellationToken cancellationToken) =>
        db.QuerySingleOrDefaultAsync<TurnAcceptance>(ByKeySql, new { userId, key }, cancellationToken);

    private const string RequestStopSql = "UPDATE conversation_messages SET stop_requested = true WHERE turn_id = @turnId AND status = 'streaming'";

    public Task RequestStopAsync(Guid turnId, CancellationToken cancellationToken) => db.ExecuteAsync(RequestStopSql, new { turnId }, cancellationToken);

    /// <summary>The model and what it saw of the chat are those of acceptance unless the turn learned better.</summary>
    private const string FinishSql =
        """
        WITH ended AS (
            UPDATE conversation_messages
               SET content = @content, last_seq = @lastSeq, status = @status, lease_until = NULL, finish_reason = @finishReason,
                   error_code = @errorCode, error_detail = @errorDetail, input_tokens = @inputTokens, cached_input_tokens = @cachedInputTokens,
                   output_tokens = @outputTokens, reasoning_tokens = @reasoningTokens, cost = @cost, usage_estimated = @estimated,
                   first_delta_ms = @firstDeltaMs, duration_ms = @durationMs, omitted_messages = coalesce(@omitted, omitted_messages),
                   model = coalesce(@model, model), provider = coalesce(@provider, provider)
             WHERE id = @answerId AND turn_id = @turnId AND status = 'streaming'
            RETURNING thread_id
        )
        UPDATE conversation_threads SET updated_at = @now WHERE id = (SELECT thread_id FROM ended)
        """;

    public Task<TurnEnding> FinishAsync(FinishedTurn turn, CancellationToken cancellationToken) =>
        db.InTransactionAsync(
            async session =>
            {
                var won = await session.ExecuteAsync(FinishSql, Parameters(turn), cancellationToken).ConfigureAwait(false) > 0;
                if (won)
                {
                    await AnswerParts.SaveAsync(session, turn, cancellationToken).ConfigureAwait(false);
                }

                // A deleted thread takes its messages along, but what was used was used.
                var recorded = turn.Ledger is { } entry && await RecordAsync(session, entry, cancellationToken).ConfigureAwait(false);
                return new TurnEnding(won || await EndedSoAsync(session, turn, cancellationToken).ConfigureAwait(false), recorded);
            },
            cancellationToken);

    private const string EndedSoSql =
        """
        SELECT count(*)
          FROM conversation_messages
         WHERE id = @answerId AND turn_id = @turnId AND status = @status AND last_seq = @lastSeq AND content = @content
        """;

    /// <summary>Whether an earlier run of the same end was stored and only its reply was lost.</summary>
    private static async Task<bool> EndedSoAsync(DbSession session, FinishedTurn turn, CancellationToken cancellationToken) =>
        await session.ScalarAsync<long>(
            EndedSoSql,
            new { answerId = turn.AnswerId, turnId = turn.TurnId, status = turn.Status, lastSeq = turn.LastSeq, content = turn.Content },
            cancellationToken).ConfigureAwait(false) > 0;

    private const string RecordedSql =
        """
        SELECT count(*)
          FROM usage_ledger
         WHERE turn_id = @turnId AND input_tokens = @inputTokens AND cached_input_tokens = @cachedInputTokens AND output_tokens = @outputTokens
        """;

    private async Task<bool> RecordAsync(DbSession session, LedgerEntry entry, CancellationToken cancellationToken) =>
        await LedgerSql.InsertAsync(session, entry, time, cancellationToken).ConfigureAwait(false) is not null
        || await session.ScalarAsync<long>(
            RecordedSql,
            new { turnId = entry.TurnId, inputTokens = entry.InputTokens, cachedInputTokens = entry.CachedInputTokens, outputTokens = entry.OutputTokens },
            cancellationToken).ConfigureAwait(false) > 0;

    private static object Parameters(FinishedTurn turn) => new
    {
        answerId = turn.AnswerId,
        turnId = turn.TurnId,
        content = turn.Content,
        lastSeq = turn.LastSeq,
        status = turn.Status,
        finishReason = turn.FinishReason,
        errorCode = turn.Error?.Code,
        errorDetail = turn.Error?.Detail,
        inputTokens = turn.Usage?.InputTokens,
        cachedInputTokens = turn.Usage?.CachedInputTokens,
        outputTokens = turn.Usage?.OutputTokens,
        reasoningTokens = turn.Usage?.ReasoningTokens,
        cost = turn.Usage?.Cost,
        estimated = turn.Usage?.Estimated ?? false,
        firstDeltaMs = (int?)turn.TimeToFirstDelta?.TotalMilliseconds,
        durationMs = (int)turn.Duration.TotalMilliseconds,
        omitted = turn.OmittedMessages,
        model = turn.AnsweredBy?.Id,
        provider = turn.AnsweredBy?.Provider,
        now = turn.Now,
    };
}
