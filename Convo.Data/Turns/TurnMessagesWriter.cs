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

        if (turn.UserMessage is { } message)
        {
            await WriteUserMessageAsync(message, parentId).ConfigureAwait(false);
        }

        await session.ExecuteAsync(
            InsertAnswerSql,
            new
            {
                id = turn.AnswerId,
                threadId = turn.ThreadId,
                parentId = turn.AnswerTo,
                model = turn.Model,
                provider = turn.Provider,
                turnId = turn.TurnId,
                leaseUntil = turn.LeaseUntil,
                apiKeyId = turn.Caller.ApiKeyId,
                inputTokens = turn.InputTokens,
                now = turn.Now,
            },
            cancellationToken).ConfigureAwait(false);
        await session.ExecuteAsync(
            ShowSql,
            new { threadId = turn.ThreadId, ownerId = _ownerId, answerId = turn.AnswerId, title = turn.UserMessage?.Title, now = turn.Now },
            cancellationToken).ConfigureAwait(false);
        if (turn.Claim is { } claim)
        {
            await session.ExecuteAsync(RememberSql, new { ownerId = _ownerId, key = claim.Key, answerId = turn.AnswerId }, cancellationToken).ConfigureAwait(false);
        }
    }

    private const string InsertAnswerSql =
        """
        INSERT INTO conversation_messages (id, thread_id, parent_id, role, status, model, provider, turn_id, lease_until, api_key_id, input_tokens, created_at)
        VALUES (@id, @threadId, @parentId, 'assistant', 'streaming', @model, @provider, @turnId, @leaseUntil, @apiKeyId, @inputTokens, @now)
        """;

    private const string ShowSql =
        """
        UPDATE conversation_threads
           SET leaf_id = @answerId, updated_at = @now, title = coalesce(title, @title)
         WHERE id = @threadId AND owner_id = @ownerId
        """;

    private const string RememberSql = "UPDATE idempotency_keys SET message_id = @answerId WHERE user_id = @ownerId AND key = @key";

    private async Task WriteThreadAsync(NewThreadRow thread)
    {
        var row = new NewThread(null, thread.Model, thread.Temperature, thread.SystemPrompt, thread.CollectionIds);
        await PgThreads.InsertAsync(session, _ownerId, turn.ThreadId, row, turn.Now, cancellationToken).ConfigureAwait(false);
        if (!await PgThreads.SetCollectionsAsync(session, _ownerId, turn.ThreadId, thread.CollectionIds, cancellationToken).ConfigureAwait(false))
        {
            throw ConvoException.NotFound("collection");
        }
    }

    private const string InsertUserSql =
        """
        INSERT INTO conversation_messages (id, thread_id, parent_id, role, content, status, created_at)
        VALUES (@id, @threadId, @parentId, 'user', @content, 'complete', @now)
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

    private async Task WriteUserMessageAsync(NewUserMessage message, Guid? parentId)
    {
        await session.ExecuteAsync(
            InsertUserSql,
            new { id = turn.AnswerTo, threadId = turn.ThreadId, parentId, content = message.Content, now = turn.Now },
            cancellationToken).ConfigureAwait(false);
        if (message.AttachmentIds.Count > 0)
        {
            var ids = message.AttachmentIds.Distinct().ToArray();
            await session.ExecuteAsync(LinkFilesSql, new { messageId = turn.AnswerTo, ids }, cancellationToken).ConfigureAwait(false);
            await session.ExecuteAsync(AdoptFilesSql, new { threadId = turn.ThreadId, ids, ownerId = _ownerId }, cancellationToken).ConfigureAwait(false);
        }
    }
}
