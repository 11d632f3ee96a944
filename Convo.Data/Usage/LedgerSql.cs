using Convo.Core.Shared;
using Convo.Core.Usage;

namespace Convo.Data.Usage;

/// <summary>
/// Writes the ledger. The transaction that stores how a turn ended calls <see cref="InsertAsync"/>; after its commit
/// <see cref="IBudgetGate.SettleAsync"/> counts the same entry. The row replaces the turn's hold in one step, so that no snapshot sees both
/// or neither.
/// </summary>
internal static class LedgerSql
{
    // What a turn belonged to may be gone by its end. The bill stays, without it.
    private const string Insert = """
        WITH held AS (DELETE FROM budget_holds WHERE turn_id = @TurnId)
        INSERT INTO usage_ledger (
            id, turn_id, user_id, team_id, api_key_id, thread_id, message_id, source, model, provider,
            input_tokens, cached_input_tokens, output_tokens, reasoning_tokens,
            input_price, cached_input_price, output_price, cost, estimated, occurred_at)
        VALUES (
            @Id, @TurnId,
            (SELECT id FROM users WHERE id = @UserId FOR KEY SHARE),
            (SELECT id FROM teams WHERE id = @TeamId FOR KEY SHARE),
            (SELECT id FROM api_keys WHERE id = @ApiKeyId FOR KEY SHARE),
            (SELECT id FROM conversation_threads WHERE id = @ThreadId FOR KEY SHARE),
            (SELECT id FROM conversation_messages WHERE id = @MessageId FOR KEY SHARE),
            @Source, @Model, @Provider,
            @InputTokens, @CachedInputTokens, @OutputTokens, @ReasoningTokens,
            @InputPrice, @CachedInputPrice, @OutputPrice, @Cost, @Estimated, @OccurredAt)
        ON CONFLICT (turn_id) DO NOTHING
        RETURNING recorded_in::text
        """;

    /// <returns>The transaction that the row is written in; null when the turn had its row before, which then stands.</returns>
    public static Task<string?> InsertAsync(DbSession session, LedgerEntry entry, TimeProvider time, CancellationToken cancellationToken) => session.ScalarAsync<string>(
        Insert,
        new
        {
            Id = time.NewId(),
            entry.TurnId,
            entry.UserId,
            entry.TeamId,
            entry.ApiKeyId,
            entry.ThreadId,
            entry.MessageId,
            entry.Source,
            entry.Model,
            entry.Provider,
            entry.InputTokens,
            entry.CachedInputTokens,
            entry.OutputTokens,
            entry.ReasoningTokens,
            InputPrice = entry.Prices?.Input,
            CachedInputPrice = entry.Prices?.CachedInput,
            OutputPrice = entry.Prices?.Output,
            Cost = entry.Cost is { } cost ? CostUnits.Rounded(cost) : (decimal?)null,
            entry.Estimated,
            entry.OccurredAt,
        },
        cancellationToken);
}
