using Convo.Core.Accounts;

namespace Convo.Data.Accounts;

/// <summary>A person's own data as JSON, written by the database: each column is named, so that a secret is never taken along by accident.</summary>
internal sealed class PgMyDataRepository(Db db) : IMyDataRepository
{
    private const string SelectProfile = """
        SELECT jsonb_pretty(jsonb_build_object(
            'id', u.id, 'email', u.email, 'name', u.name, 'role', u.role, 'team', t.name, 'created_at', u.created_at, 'last_seen_at', u.last_seen_at,
            'api_keys', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                'name', k.name, 'prefix', k.prefix, 'scopes', k.scopes, 'expires_at', k.expires_at, 'revoked_at', k.revoked_at,
                'last_used_at', k.last_used_at, 'created_at', k.created_at) ORDER BY k.id), '[]') FROM api_keys k WHERE k.user_id = u.id),
            'sessions', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                'method', s.method, 'user_agent', s.user_agent, 'address', s.address, 'created_at', s.created_at,
                'last_seen_at', s.last_seen_at) ORDER BY s.id), '[]') FROM user_sessions s WHERE s.user_id = u.id),
            'external_logins', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                'issuer', e.issuer, 'subject', e.subject, 'created_at', e.created_at)), '[]') FROM external_logins e WHERE e.user_id = u.id),
            'collections', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                'id', c.id, 'name', c.name, 'created_at', c.created_at) ORDER BY c.id), '[]') FROM collections c WHERE c.owner_id = u.id)))
          FROM users u
          LEFT JOIN teams t ON t.id = u.team_id
         WHERE u.id = @userId
        """;

    public async Task<string> ProfileAsync(Guid userId, CancellationToken cancellationToken) =>
        await db.ScalarAsync<string>(SelectProfile, new { userId }, cancellationToken).ConfigureAwait(false) ?? "{}";

    private const string SelectUsage = """
        SELECT jsonb_pretty(coalesce(jsonb_agg(jsonb_build_object(
            'occurred_at', l.occurred_at, 'source', l.source, 'model', l.model, 'provider', l.provider, 'thread_id', l.thread_id, 'message_id', l.message_id,
            'input_tokens', l.input_tokens, 'cached_input_tokens', l.cached_input_tokens, 'output_tokens', l.output_tokens,
            'reasoning_tokens', l.reasoning_tokens, 'cost', l.cost::text) ORDER BY l.occurred_at), '[]'))
          FROM usage_ledger l
         WHERE l.user_id = @userId
        """;

    public async Task<string> UsageAsync(Guid userId, CancellationToken cancellationToken) =>
        await db.ScalarAsync<string>(SelectUsage, new { userId }, cancellationToken).ConfigureAwait(false) ?? "[]";

    private const string SelectThreads = "SELECT id FROM conversation_threads WHERE owner_id = @userId ORDER BY id";

    public Task<IReadOnlyList<Guid>> ThreadsAsync(Guid userId, CancellationToken cancellationToken) =>
        db.QueryAsync<Guid>(SelectThreads, new { userId }, cancellationToken);

    private const string SelectThread = """
        SELECT jsonb_pretty(jsonb_build_object(
            'id', t.id, 'title', t.title, 'model', t.model, 'temperature', t.temperature, 'system_prompt', t.system_prompt, 'pinned', t.pinned,
            'archived', t.archived, 'leaf_id', t.leaf_id, 'created_at', t.created_at, 'updated_at', t.updated_at,
            'messages', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                'id', m.id, 'parent_id', m.parent_id, 'role', m.role, 'content', m.content, 'status', m.status, 'model', m.model, 'provider', m.provider,
                'input_tokens', m.input_tokens, 'output_tokens', m.output_tokens, 'cost', m.cost::text, 'edited_at', m.edited_at,
                'edited_by_admin', m.edited_by_admin, 'created_at', m.created_at,
                'attachment_ids', (SELECT coalesce(jsonb_agg(a.attachment_id ORDER BY a.position), '[]') FROM message_attachments a WHERE a.message_id = m.id),
                'citations', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                    'number', c.number, 'filename', c.filename, 'page_from', c.page_from, 'page_to', c.page_to, 'quote', c.quote) ORDER BY c.number), '[]')
                    FROM citations c WHERE c.message_id = m.id),
                'revisions', (SELECT coalesce(jsonb_agg(jsonb_build_object(
                    'content', r.content, 'by_admin', r.by_admin, 'reason', r.reason, 'created_at', r.created_at) ORDER BY r.created_at), '[]')
                    FROM message_revisions r WHERE r.message_id = m.id)) ORDER BY m.created_at, m.id), '[]')
                FROM conversation_messages m WHERE m.thread_id = t.id)))
          FROM conversation_threads t
         WHERE t.id = @threadId
           AND t.owner_id = @userId
        """;

    public Task<string?> ThreadAsync(Guid userId, Guid threadId, CancellationToken cancellationToken) =>
        db.ScalarAsync<string>(SelectThread, new { userId, threadId }, cancellationToken);

    private const string SelectFiles = """
        SELECT jsonb_pretty(coalesce(jsonb_agg(jsonb_build_object(
            'id', a.id, 'filename', a.filename, 'media_type', a.media_type, 'size', a.size_bytes, 'status', a.status, 'pages', a.pages,
            'thread_id', a.thread_id, 'collection_id', a.collection_id, 'created_at', a.created_at) ORDER BY a.id), '[]'))
          FROM attachments a
         WHERE a.owner_id = @userId
        """;

    public async Task<string> FilesAsync(Guid userId, CancellationToken cancellationToken) =>
        await db.ScalarAsync<string>(SelectFiles, new { userId }, cancellationToken).ConfigureAwait(false) ?? "[]";

    private const string SelectFileList = "SELECT id, filename FROM attachments WHERE owner_id = @userId ORDER BY id";

    public Task<IReadOnlyList<ExportedFile>> FileListAsync(Guid userId, CancellationToken cancellationToken) =>
        db.QueryAsync<ExportedFile>(SelectFileList, new { userId }, cancellationToken);

    private const string DeleteFiles = "DELETE FROM attachments WHERE owner_id = @userId";
    private const string DeleteThreads = "DELETE FROM conversation_threads WHERE owner_id = @userId";
    private const string DeleteCollections = "DELETE FROM collections WHERE owner_id = @userId";

    public Task<DeletedData> DeleteAsync(Guid userId, AuditEntry audit, CancellationToken cancellationToken) =>
        db.InTransactionAsync(
            async session =>
            {
                var files = await session.ExecuteAsync(DeleteFiles, new { userId }, cancellationToken).ConfigureAwait(false);
                var threads = await session.ExecuteAsync(DeleteThreads, new { userId }, cancellationToken).ConfigureAwait(false);
                var collections = await session.ExecuteAsync(DeleteCollections, new { userId }, cancellationToken).ConfigureAwait(false);
                await session.WriteAuditAsync(audit, cancellationToken).ConfigureAwait(false);
                return new DeletedData(threads, files, collections);
            },
            cancellationToken);

    // A file that came with a message of a kept thread stays; so does one in a collection, which somebody shelved on purpose.
    private const string DeleteOldFiles = """
        DELETE FROM attachments a
         WHERE a.id IN (SELECT f.id
                          FROM attachments f
                         WHERE f.collection_id IS NULL
                           AND f.created_at < @before
                           AND (f.thread_id IS NULL OR f.thread_id = ANY (@threads))
                           AND NOT EXISTS (SELECT 1
                                             FROM message_attachments l
                                             JOIN conversation_messages m ON m.id = l.message_id
                                            WHERE l.attachment_id = f.id
                                              AND NOT m.thread_id = ANY (@threads))
                         LIMIT @limit)
        """;

    private const string SelectOldThreads = """
        SELECT t.id
          FROM conversation_threads t
         WHERE t.updated_at < @before
           AND NOT EXISTS (SELECT 1 FROM conversation_messages m WHERE m.thread_id = t.id AND m.status = 'streaming')
         ORDER BY t.updated_at
         LIMIT @limit
           FOR UPDATE SKIP LOCKED
        """;

    private const string DeleteOldThreads = "DELETE FROM conversation_threads WHERE id = ANY (@threads)";

    public Task<DeletedData> DeleteUntouchedAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken) =>
        db.InTransactionAsync(
            async session =>
            {
                var threads = (await session.QueryAsync<Guid>(SelectOldThreads, new { before, limit }, cancellationToken).ConfigureAwait(false)).ToArray();
                var files = await session.ExecuteAsync(DeleteOldFiles, new { before, threads, limit }, cancellationToken).ConfigureAwait(false);
                var deleted = await session.ExecuteAsync(DeleteOldThreads, new { threads }, cancellationToken).ConfigureAwait(false);
                return new DeletedData(deleted, files, 0);
            },
            cancellationToken);

    private const string DeleteLinks = "DELETE FROM sign_in_links WHERE expires_at < @before";

    public Task DeleteEndedLinksAsync(DateTimeOffset before, CancellationToken cancellationToken) => db.ExecuteAsync(DeleteLinks, new { before }, cancellationToken);

    public Task AuditAsync(AuditEntry audit, CancellationToken cancellationToken) =>
        db.InTransactionAsync(session => session.WriteAuditAsync(audit, cancellationToken), cancellationToken);
}
