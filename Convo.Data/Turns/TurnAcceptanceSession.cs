using System.Security.Cryptography;
using Convo.Core.Conversations;
using Convo.Core.Knowledge;
using Convo.Core.Shared;
using Convo.Core.Turns;
using Convo.Data.Conversations;

namespace Convo.Data.Turns;

/// <summary>The statements that accept one turn, all in one transaction.</summary>
internal sealed class TurnAcceptanceSession(DbSession session, NewTurn turn, CancellationToken cancellationToken)
{
    private readonly Guid _ownerId = turn.Caller.UserId;
    private Guid? _parentId;

    /// <summary>
    /// A second request with the same key waits here until the first has committed or given up. A node that loses its power in between
    /// closes no connection: the server gives its transaction up by itself.
    /// </summary>
    private const string ClaimSql =
        """
        WITH bounded AS MATERIALIZED (SELECT set_config('idle_in_transaction_session_timeout', '15s', true))
        INSERT INTO idempotency_keys (user_id, key, request_hash, created_at)
        SELECT @ownerId, @key, @hash, @now
          FROM bounded
        ON CONFLICT (user_id, key) DO NOTHING
        """;

    private const string FirstSql =
        """
        SELECT k.request_hash, m.id AS answer_id, m.parent_id AS user_message_id, m.thread_id
          FROM idempotency_keys k
          LEFT JOIN conversation_messages m ON m.id = k.message_id
         WHERE k.user_id = @ownerId AND k.key = @key
        """;

    /// <summary>What the first request with this idempotency key got; null for a first request.</summary>
    public async Task<TurnAcceptance?> FindFirstAsync()
    {
        if (turn.Claim is not { } claim)
        {
            return null;
        }

        var claimed = await session.ExecuteAsync(
            ClaimSql, new { ownerId = _ownerId, key = claim.Key, hash = claim.RequestHash, now = turn.Now }, cancellationToken).ConfigureAwait(false);
        if (claimed > 0)
        {
            return null;
        }

        var first = await session.QuerySingleOrDefaultAsync<FirstRow>(FirstSql, new { ownerId = _ownerId, key = claim.Key }, cancellationToken).ConfigureAwait(false);
        if (first is not { AnswerId: { } answerId, UserMessageId: { } userMessageId, ThreadId: { } threadId })
        {
            throw ConvoException.NotFound("answer");
        }

        return CryptographicOperations.FixedTimeEquals(first.RequestHash, claim.RequestHash)
            ? new TurnAcceptance(threadId, userMessageId, answerId, Replayed: true)
            : throw new ConvoException(
                ProblemKind.Unprocessable, "idempotency_key_reused", "This Idempotency-Key was used for another request. Take a fresh key for each message.");
    }

    private const string LockThreadSql = "SELECT leaf_id FROM conversation_threads WHERE id = @threadId AND owner_id = @ownerId FOR UPDATE";

    private const string ParentSql = "SELECT status FROM conversation_messages WHERE id = @parentId AND thread_id = @threadId";

    private const string RunningSiblingSql =
        "SELECT count(*) FROM conversation_messages WHERE thread_id = @threadId AND parent_id = @answerTo AND status = 'streaming'";

    private const string ReadySql = "SELECT status FROM attachments WHERE id = ANY (@ids) AND owner_id = @ownerId";

    /// <summary>Ownership of everything named, and that no turn runs on the branch.</summary>
    public async Task CheckAsync()
    {
        if (turn.Thread is null)
        {
            var locked = await session.QueryAsync<LeafRow>(LockThreadSql, new { threadId = turn.ThreadId, ownerId = _ownerId }, cancellationToken).ConfigureAwait(false);
            var thread = locked is [var row] ? row : throw ConvoException.NotFound("thread");
            _parentId = turn.UserMessage is { AsRoot: false } message ? message.ParentId ?? thread.LeafId : null;
        }

        if (_parentId is { } parentId)
        {
            var parent = await session.QuerySingleOrDefaultAsync<ParentRow>(ParentSql, new { parentId, threadId = turn.ThreadId }, cancellationToken).ConfigureAwait(false);
            Check(parent ?? throw ConvoException.NotFound("parent message"));
        }

        if (turn.UserMessage is null
            && await session.ScalarAsync<long>(RunningSiblingSql, new { threadId = turn.ThreadId, answerTo = turn.AnswerTo }, cancellationToken).ConfigureAwait(false) > 0)
        {
            throw Running();
        }

        if (turn.UserMessage is { AttachmentIds.Count: > 0 } withFiles)
        {
            var ids = withFiles.AttachmentIds.Distinct().ToArray();
            var states = await session.QueryAsync<AttachmentStatus>(ReadySql, new { ids, ownerId = _ownerId }, cancellationToken).ConfigureAwait(false);
            Check(states, ids.Length);
        }
    }

    /// <summary>Writes thread, messages and links. The thread shows the new branch from now on.</summary>
    public async Task<TurnAcceptance> StoreAsync()
    {
        var writer = new TurnMessagesWriter(session, turn, cancellationToken);
        await writer.WriteAsync(_parentId).ConfigureAwait(false);
        return new TurnAcceptance(turn.ThreadId, turn.AnswerTo, turn.AnswerId, Replayed: false) { ParentId = _parentId };
    }

    private static void Check(ParentRow parent)
    {
        if (parent.Status == MessageStatus.Streaming)
        {
            throw Running();
        }
    }

    private static void Check(IReadOnlyList<AttachmentStatus> states, int expected)
    {
        if (states.Count != expected)
        {
            throw ConvoException.NotFound("attachment");
        }

        if (states.Contains(AttachmentStatus.Failed))
        {
            throw new ConvoException(ProblemKind.Conflict, "attachment_failed", "One of the files could not be read. Retry it or send the message without it.") { Field = "attachment_ids" };
        }

        if (states.Any(state => state != AttachmentStatus.Ready))
        {
            throw new ConvoException(ProblemKind.Conflict, "attachment_not_ready", "One of the files is still being read. Send the message when it is ready.") { Field = "attachment_ids" };
        }
    }

    private static ConvoException Running() =>
        new(ProblemKind.Conflict, "turn_running", "An answer is still being written on this branch. Wait for it or stop it, then send again.");

    private sealed record FirstRow(byte[] RequestHash, Guid? AnswerId, Guid? UserMessageId, Guid? ThreadId);

    private sealed record LeafRow(Guid? LeafId);

    private sealed record ParentRow(MessageStatus Status);
}
