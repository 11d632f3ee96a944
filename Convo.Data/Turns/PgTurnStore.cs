using Convo.Core.Turns;
using Convo.Data.Usage;

namespace Convo.Data.Turns;

/// <inheritdoc cref="ITurnStore"/>
internal sealed class PgTurnStore(Db db, TimeProvider time) : ITurnStore
{
    public Task<TurnAcceptance> AcceptAsync(NewTurn turn, Func<CancellationToken, Task> reserve, CancellationToken cancellationToken) =>
        db.InTransactionAsync(
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
            cancellationToken);

    private const string CheckpointSql =
        """
        UPDATE conversation_messages
           SET content = @content, last_seq = @lastSeq, input_tokens = coalesce(nullif(@inputTokens, 0), input_tokens), lease_until = @leaseUntil
         WHERE id = @answerId AND turn_id = @turnId AND status = 'streaming'
        """;

    public async Task<bool> CheckpointAsync(TurnCheckpoint checkpoint, CancellationToken cancellationToken) =>
        await db.ExecuteAsync(
            CheckpointSql,
            new
            {
                answerId = checkpoint.AnswerId,
                turnId = checkpoint.TurnId,
                content = checkpoint.Content,
                lastSeq = checkpoint.LastSeq,
                inputTokens = checkpoint.InputTokens,
                leaseUntil = checkpoint.LeaseUntil,
            },
            cancellationToken).ConfigureAwait(false) > 0;

    private const string FinishSql =
        """
        UPDATE conversation_messages
           SET content = @content, last_seq = @lastSeq, status = @status, lease_until = NULL, finish_reason = @finishReason,
               error_code = @errorCode, error_detail = @errorDetail, input_tokens = @inputTokens, cached_input_tokens = @cachedInputTokens,
               output_tokens = @outputTokens, reasoning_tokens = @reasoningTokens, cost = @cost, usage_estimated = @estimated,
               first_delta_ms = @firstDeltaMs, duration_ms = @durationMs
         WHERE id = @answerId AND turn_id = @turnId AND status = 'streaming'
        """;

    private const string TouchThreadSql =
        """
        UPDATE conversation_threads
           SET updated_at = @now
         WHERE id = (SELECT thread_id FROM conversation_messages WHERE id = @answerId)
        """;

    public Task<bool> FinishAsync(FinishedTurn turn, CancellationToken cancellationToken) =>
        db.InTransactionAsync(
            async session =>
            {
                var won = await session.ExecuteAsync(FinishSql, Parameters(turn), cancellationToken).ConfigureAwait(false) > 0;
                if (won)
                {
                    await session.ExecuteAsync(TouchThreadSql, new { answerId = turn.AnswerId, now = turn.Now }, cancellationToken).ConfigureAwait(false);
                    await AnswerParts.SaveAsync(session, turn, cancellationToken).ConfigureAwait(false);
                }

                // A deleted thread takes its messages along, but what was used was used.
                if (turn.Ledger is { } entry)
                {
                    await LedgerSql.InsertAsync(session, entry, time, cancellationToken).ConfigureAwait(false);
                }

                return won;
            },
            cancellationToken);

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
    };

    private const string ExpiredSql =
        """
        SELECT m.id AS answer_id, m.turn_id, m.thread_id, t.owner_id, u.team_id, m.api_key_id, m.model, m.provider,
               m.content, m.last_seq, coalesce(m.input_tokens, 0) AS input_tokens, m.created_at
          FROM conversation_messages m
          JOIN conversation_threads t ON t.id = m.thread_id
          JOIN users u ON u.id = t.owner_id
         WHERE m.status = 'streaming' AND (@expiredBefore::timestamptz IS NULL OR m.lease_until < @expiredBefore)
         ORDER BY m.lease_until
         LIMIT 100
        """;

    public Task<IReadOnlyList<ExpiredTurn>> ListExpiredAsync(DateTimeOffset? expiredBefore, CancellationToken cancellationToken) =>
        db.QueryAsync<ExpiredTurn>(ExpiredSql, new { expiredBefore }, cancellationToken);
}
