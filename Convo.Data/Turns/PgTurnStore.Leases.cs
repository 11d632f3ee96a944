using Convo.Core.Turns;

namespace Convo.Data.Turns;

/// <summary>Running turns: kept by their node, taken over when it is gone.</summary>
internal sealed partial class PgTurnStore
{
    /// <summary>A row that another transaction has locked is passed over: one turn's stuck transaction must not cost others their leases.</summary>
    private const string CheckpointSql =
        """
        WITH wanted AS (
            SELECT *
              FROM unnest(@answerIds, @turnIds, @contents, @lastSeqs, @inputTokens) WITH ORDINALITY AS w (id, turn_id, content, last_seq, input_tokens, position)
        ), held AS (
            SELECT m.id
              FROM conversation_messages m
              JOIN wanted w ON w.id = m.id AND w.turn_id = m.turn_id
             WHERE m.status = 'streaming'
               FOR UPDATE OF m SKIP LOCKED
        ), kept AS (
            UPDATE conversation_messages m
               SET content = w.content, last_seq = w.last_seq, input_tokens = coalesce(nullif(w.input_tokens, 0), m.input_tokens), lease_until = @leaseUntil
              FROM wanted w
              JOIN held h ON h.id = w.id
             WHERE m.id = w.id
            RETURNING m.id, m.stop_requested
        )
        SELECT CASE WHEN k.stop_requested THEN 'stop_requested' WHEN k.id IS NOT NULL THEN 'held' WHEN m.id IS NOT NULL THEN 'busy' ELSE 'lost' END
          FROM wanted w
          LEFT JOIN kept k ON k.id = w.id
          LEFT JOIN conversation_messages m ON m.id = w.id AND m.turn_id = w.turn_id AND m.status = 'streaming'
         ORDER BY w.position
        """;

    public Task<IReadOnlyList<TurnLease>> CheckpointAsync(IReadOnlyList<TurnCheckpoint> checkpoints, DateTimeOffset leaseUntil, CancellationToken cancellationToken) =>
        db.QueryAsync<TurnLease>(
            CheckpointSql,
            new
            {
                answerIds = checkpoints.Select(c => c.AnswerId).ToArray(),
                turnIds = checkpoints.Select(c => c.TurnId).ToArray(),
                contents = checkpoints.Select(c => c.Content).ToArray(),
                lastSeqs = checkpoints.Select(c => c.LastSeq).ToArray(),
                inputTokens = checkpoints.Select(c => c.InputTokens).ToArray(),
                leaseUntil,
            },
            cancellationToken);

    private const string ClaimSql =
        """
        WITH expired AS (
            SELECT id, lease_until
              FROM conversation_messages
             WHERE status = 'streaming' AND (@expiredBefore::timestamptz IS NULL OR lease_until < @expiredBefore) AND turn_id <> ALL (@except)
             ORDER BY lease_until
             LIMIT 100
               FOR UPDATE SKIP LOCKED
        ), claimed AS (
            UPDATE conversation_messages m
               SET lease_until = @claimedUntil
              FROM expired
             WHERE m.id = expired.id
            RETURNING m.id, m.turn_id, m.thread_id, m.api_key_id, m.model, m.provider, m.content, m.last_seq, m.input_tokens, m.created_at
        )
        SELECT m.id AS answer_id, m.turn_id, m.thread_id, t.owner_id, u.team_id, m.api_key_id, m.model, m.provider,
               m.content, m.last_seq, coalesce(m.input_tokens, 0) AS input_tokens, m.created_at
          FROM claimed m
          JOIN conversation_threads t ON t.id = m.thread_id
          JOIN users u ON u.id = t.owner_id
        """;

    public Task<IReadOnlyList<ExpiredTurn>> ClaimExpiredAsync(
        DateTimeOffset? expiredBefore, DateTimeOffset claimedUntil, IReadOnlyList<Guid> except, CancellationToken cancellationToken) =>
        db.QueryAsync<ExpiredTurn>(ClaimSql, new { expiredBefore, claimedUntil, except = except.ToArray() }, cancellationToken);
}
