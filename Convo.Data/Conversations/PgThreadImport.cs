using System.Text.Json;
using Convo.Core.Conversations;
using Convo.Core.Conversations.Import;
using Convo.Core.Usage;

namespace Convo.Data.Conversations;

/// <summary>Stores imported chats, each in one transaction. Rows go in as JSON, some hundred at a time: one statement, nulls and all.</summary>
internal sealed class PgThreadImport(Db db) : IThreadImportStore
{
    private const int Batch = 500;
    private static readonly JsonSerializerOptions Json = new() { PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower };

    public Task<bool> InsertAsync(ImportedThread imported, CancellationToken cancellationToken) => db.InTransactionAsync(
        async session =>
        {
            if (await InsertThreadAsync(session, imported.Thread, cancellationToken).ConfigureAwait(false) == 0)
            {
                return false;
            }

            foreach (var batch in imported.Messages.Chunk(Batch))
            {
                await InsertMessagesAsync(session, batch, cancellationToken).ConfigureAwait(false);
            }

            await session.ExecuteAsync(SetLeaf, new { id = imported.Thread.Id, leafId = imported.Thread.LeafId }, cancellationToken).ConfigureAwait(false);
            return true;
        },
        cancellationToken);

    private const string InsertThread =
        """
        INSERT INTO conversation_threads (id, owner_id, title, model, temperature, system_prompt, pinned, archived, created_at, updated_at)
        VALUES (@id, @ownerId, @title, @model, @temperature, @systemPrompt, @pinned, @archived, @createdAt, @updatedAt)
        ON CONFLICT (id) DO NOTHING
        """;

    private static Task<int> InsertThreadAsync(DbSession session, ConversationThread t, CancellationToken cancellationToken) => session.ExecuteAsync(
        InsertThread,
        new
        {
            id = t.Id,
            ownerId = t.OwnerId,
            title = t.Title,
            model = t.Model,
            temperature = t.Temperature,
            systemPrompt = t.SystemPrompt,
            pinned = t.Pinned,
            archived = t.Archived,
            createdAt = t.CreatedAt,
            updatedAt = t.UpdatedAt,
        },
        cancellationToken);

    private const string InsertMessages =
        """
        INSERT INTO conversation_messages (
            id, thread_id, parent_id, role, content, status, model, provider, finish_reason, error_code, error_detail,
            input_tokens, cached_input_tokens, output_tokens, reasoning_tokens, cost, usage_estimated, edited_at, created_at)
        SELECT r.id, r.thread_id, r.parent_id, r.role, r.content, r.status, r.model, r.provider, r.finish_reason, r.error_code, r.error_detail,
               r.input_tokens, r.cached_input_tokens, r.output_tokens, r.reasoning_tokens, r.cost, r.usage_estimated, r.edited_at, r.created_at
          FROM jsonb_to_recordset(@rows::jsonb) AS r (
               id uuid, thread_id uuid, parent_id uuid, role text, content text, status text, model text, provider text, finish_reason text,
               error_code text, error_detail text, input_tokens integer, cached_input_tokens integer, output_tokens integer, reasoning_tokens integer,
               cost numeric, usage_estimated boolean, edited_at timestamptz, created_at timestamptz)
        """;

    private const string InsertCitations =
        """
        INSERT INTO citations (message_id, number, filename, page_from, page_to, quote, verified)
        SELECT r.message_id, r.number, r.filename, r.page_from, r.page_to, r.quote, r.verified
          FROM jsonb_to_recordset(@rows::jsonb) AS r (message_id uuid, number integer, filename text, page_from integer, page_to integer, quote text, verified boolean)
        """;

    private const string SetLeaf = "UPDATE conversation_threads SET leaf_id = @leafId WHERE id = @id";

    private static async Task InsertMessagesAsync(DbSession session, IReadOnlyList<Message> messages, CancellationToken cancellationToken)
    {
        var rows = JsonSerializer.Serialize(messages.Select(Row), Json);
        await session.ExecuteAsync(InsertMessages, new { rows }, cancellationToken).ConfigureAwait(false);
        var citations = messages.SelectMany(m => m.Citations.Select(c => new { MessageId = m.Id, c.Number, c.Filename, c.PageFrom, c.PageTo, c.Quote, c.Verified })).ToList();
        if (citations.Count > 0)
        {
            await session.ExecuteAsync(InsertCitations, new { rows = JsonSerializer.Serialize(citations, Json) }, cancellationToken).ConfigureAwait(false);
        }
    }

    private static object Row(Message m) => new
    {
        m.Id,
        m.ThreadId,
        m.ParentId,
        Role = JsonNamingPolicy.SnakeCaseLower.ConvertName(m.Role.ToString()),
        m.Content,
        Status = JsonNamingPolicy.SnakeCaseLower.ConvertName(m.Status.ToString()),
        m.Model,
        m.Provider,
        m.FinishReason,
        ErrorCode = m.Error?.Code,
        ErrorDetail = m.Error?.Detail,
        m.Usage?.InputTokens,
        m.Usage?.CachedInputTokens,
        m.Usage?.OutputTokens,
        m.Usage?.ReasoningTokens,
        Cost = m.Usage?.Cost is { } cost ? CostUnits.Rounded(cost) : (decimal?)null,
        UsageEstimated = m.Usage?.Estimated ?? false,
        m.EditedAt,
        m.CreatedAt,
    };
}
