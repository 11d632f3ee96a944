using Convo.Core.Conversations;
using Convo.Core.Shared;
using Convo.Core.Turns;
using Convo.Data.Conversations;

namespace Convo.Data.Turns;

/// <summary>Writes the rows of an accepted turn.</summary>
internal sealed class TurnMessagesWriter(DbSession session, NewTurn turn, CancellationToken cancellationToken)
{
    private readonly Guid _ownerId = turn.Caller.UserId;

    public async Task WriteAsync(Guid? parentId)
    {
        if (turn.Thread is { } thread)
        {
            await WriteThreadAsync(thread).ConfigureAwait(false);
        }

        await session.ExecuteAsync(
            StoreSql,
            new
            {
                questionId = turn.AnswerTo,
                answerId = turn.AnswerId,
                threadId = turn.ThreadId,
                ownerId = _ownerId,
                parentId,
                question = turn.UserMessage?.Content,
                title = turn.UserMessage?.Title,
                model = turn.Model,
                provider = turn.Provider,
                turnId = turn.TurnId,
                leaseUntil = turn.LeaseUntil,
                apiKeyId = turn.Caller.ApiKeyId,
                inputTokens = turn.InputTokens,
                key = turn.Claim?.Key,
                now = turn.Now,
            },
            cancellationToken).ConfigureAwait(false);
        if (turn.UserMessage is { AttachmentIds.Count: > 0 } message)
        {
            var ids = message.AttachmentIds.Distinct().ToArray();
            await session.ExecuteAsync(LinkFilesSql, new { messageId = turn.AnswerTo, ids }, cancellationToken).ConfigureAwait(false);
            await session.ExecuteAsync(AdoptFilesSql, new { threadId = turn.ThreadId, ids, ownerId = _ownerId }, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>
    /// The question if it is new, the answer, what the key leads to, and the thread that shows it: one way to the server and back. The answer is
    /// the least bit younger, so that whoever orders by time has it behind its question.
    /// </summary>
    private const string StoreSql =
        """
        WITH question AS (
            INSERT INTO conversation_messages (id, thread_id, parent_id, role, content, status, created_at)
            SELECT @questionId, @threadId, @parentId, 'user', @question, 'complete', @now
             WHERE @question::text IS NOT NULL
        ), answer AS (
            INSERT INTO conversation_messages (id, thread_id, parent_id, role, status, model, provider, turn_id, lease_until, api_key_id, input_tokens, created_at)
            VALUES (@answerId, @threadId, @questionId, 'assistant', 'streaming', @model, @provider, @turnId, @leaseUntil, @apiKeyId, @inputTokens, @now + interval '1 microsecond')
        ), remembered AS (
            UPDATE idempotency_keys SET message_id = @answerId WHERE user_id = @ownerId AND key = @key::text
        )
        UPDATE conversation_threads
           SET leaf_id = @answerId, updated_at = @now, title = coalesce(title, @title)
         WHERE id = @threadId AND owner_id = @ownerId
        """;

    private const string LinkFilesSql =
        """
        INSERT INTO message_attachments (message_id, attachment_id, position)
        SELECT @messageId, f.id, f.position
          FROM unnest(@ids) WITH ORDINALITY AS f (id, position)
        """;

    /// <summary>A file that was uploaded for this message and has no other home lives and goes with the thread.</summary>
    private const string AdoptFilesSql =
        """
        UPDATE attachments
           SET thread_id = @threadId
         WHERE id = ANY (@ids) AND owner_id = @ownerId AND thread_id IS NULL AND collection_id IS NULL
        """;

    private async Task WriteThreadAsync(NewThreadRow thread)
    {
        var row = new NewThread(null, thread.Model, thread.Temperature, thread.SystemPrompt, thread.CollectionIds);
        await PgThreads.InsertAsync(session, _ownerId, turn.ThreadId, row, turn.Now, cancellationToken).ConfigureAwait(false);
        if (thread.CollectionIds.Count > 0
            && !await PgThreads.SetCollectionsAsync(session, _ownerId, turn.ThreadId, thread.CollectionIds, cancellationToken).ConfigureAwait(false))
        {
            throw ConvoException.NotFound("collection");
        }
    }
}
