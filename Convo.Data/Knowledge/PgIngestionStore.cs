using Convo.Core.Knowledge;
using Convo.Core.Shared;

namespace Convo.Data.Knowledge;

/// <summary>The work list of ingestion. Each write names the run: a worker that was overtaken matches no row.</summary>
internal sealed class PgIngestionStore(Db db, IBlobStore blobs, DocumentTextStore texts, ChunkPublisher publisher) : IIngestionStore
{
    private const string ClaimSql =
        """
        UPDATE attachments AS a
        SET status = CASE WHEN EXISTS (SELECT FROM attachment_drafts AS d WHERE d.attachment_id = a.id) THEN 'embedding' ELSE 'extracting' END,
            stage = 'Starting', progress = NULL, attempts = a.attempts + 1, not_before = NULL, started_at = @now, run_id = @runId, lease_until = @leaseUntil,
            updated_at = @now
        FROM users AS u
        WHERE u.id = a.owner_id AND a.id = (
            SELECT w.id
            FROM attachments AS w
            WHERE w.status = 'queued' AND (w.not_before IS NULL OR w.not_before <= @now) AND (@attachmentId IS NULL OR w.id = @attachmentId)
            ORDER BY (SELECT max(s.started_at) FROM attachments AS s WHERE s.owner_id = w.owner_id) NULLS FIRST, w.created_at, w.id
            LIMIT 1
            FOR UPDATE SKIP LOCKED)
        RETURNING a.id AS attachment_id, a.run_id, a.owner_id, u.team_id AS owner_team_id, a.thread_id, a.filename, a.media_type, a.attempts AS attempt,
            a.status = 'embedding' AS has_text
        """;

    public Task<IngestionRun?> ClaimAsync(Guid? attachmentId, Guid runId, DateTimeOffset now, DateTimeOffset leaseUntil, CancellationToken cancellationToken) =>
        db.QuerySingleOrDefaultAsync<IngestionRun>(ClaimSql, new { attachmentId, runId, now, leaseUntil }, cancellationToken);

    private const string SizeSql = "SELECT size_bytes FROM attachments WHERE id = @attachmentId";

    public async Task<Stream> OpenAsync(Guid attachmentId, CancellationToken cancellationToken) =>
        blobs.Open(attachmentId, await db.ScalarAsync<long>(SizeSql, new { attachmentId }, cancellationToken).ConfigureAwait(false));

    // Progress that is told late, when the next stage has begun, keeps the lease and shows nothing.
    private const string RenewSql =
        """
        UPDATE attachments
        SET stage = CASE WHEN status = @Status THEN @Stage ELSE stage END,
            progress = CASE WHEN status = @Status THEN @Progress ELSE progress END,
            pages = coalesce(@Pages, pages), lease_until = @leaseUntil, updated_at = now()
        WHERE id = @AttachmentId AND run_id = @RunId AND status IN ('extracting', 'embedding')
        """;

    public async Task<bool> RenewAsync(IngestionRun run, IngestionProgress progress, DateTimeOffset leaseUntil, CancellationToken cancellationToken) =>
        await db.ExecuteAsync(
            RenewSql, new { progress.Status, progress.Stage, progress.Progress, progress.Pages, leaseUntil, run.AttachmentId, run.RunId }, cancellationToken)
            .ConfigureAwait(false) > 0;

    public Task<bool> SaveTextAsync(IngestionRun run, DocumentText text, DateTimeOffset leaseUntil, CancellationToken cancellationToken) =>
        texts.SaveAsync(run, text, leaseUntil, cancellationToken);

    public Task<DocumentText?> LoadTextAsync(Guid attachmentId, CancellationToken cancellationToken) => texts.LoadAsync(attachmentId, cancellationToken);

    public Task<bool> PublishAsync(IngestionRun run, Publication publication, CancellationToken cancellationToken) =>
        publisher.PublishAsync(run, publication, cancellationToken);

    private const string FailSql =
        """
        UPDATE attachments
        SET status = 'failed', stage = NULL, progress = NULL, error_code = @Code, error_detail = @Detail, lease_until = NULL, updated_at = now()
        WHERE id = @AttachmentId AND run_id = @RunId AND status IN ('extracting', 'embedding')
        """;

    public async Task<bool> FailAsync(IngestionRun run, Problem problem, CancellationToken cancellationToken) =>
        await db.ExecuteAsync(FailSql, new { problem.Code, problem.Detail, run.AttachmentId, run.RunId }, cancellationToken).ConfigureAwait(false) > 0;

    private const string ReleaseSql =
        """
        UPDATE attachments
        SET status = 'queued', stage = @stage, progress = NULL, attempts = attempts - @uncounted, not_before = @notBefore, lease_until = NULL,
            updated_at = now()
        WHERE id = @AttachmentId AND run_id = @RunId AND status IN ('extracting', 'embedding')
        """;

    public async Task<bool> ReleaseAsync(IngestionRun run, DateTimeOffset? notBefore, string? stage, bool counts, CancellationToken cancellationToken) =>
        await db.ExecuteAsync(ReleaseSql, new { stage, uncounted = counts ? 0 : 1, notBefore, run.AttachmentId, run.RunId }, cancellationToken)
            .ConfigureAwait(false) > 0;

    private const string ExpireSql =
        """
        UPDATE attachments
        SET status = CASE WHEN attempts >= @maxAttempts THEN 'failed' ELSE 'queued' END,
            stage = NULL, progress = NULL, run_id = NULL, lease_until = NULL, updated_at = @now,
            error_code = CASE WHEN attempts >= @maxAttempts THEN @Code END,
            error_detail = CASE WHEN attempts >= @maxAttempts THEN @Detail END
        WHERE status IN ('extracting', 'embedding') AND lease_until < @now
        """;

    private const string DueSql =
        """
        SELECT id
        FROM attachments
        WHERE status = 'queued' AND (not_before IS NULL OR not_before <= @now)
        ORDER BY created_at, id
        LIMIT 1000
        """;

    public async Task<IReadOnlyList<Guid>> SweepAsync(DateTimeOffset now, int maxAttempts, Problem exhausted, CancellationToken cancellationToken)
    {
        await db.ExecuteAsync(ExpireSql, new { now, maxAttempts, exhausted.Code, exhausted.Detail }, cancellationToken).ConfigureAwait(false);
        return await db.QueryAsync<Guid>(DueSql, new { now }, cancellationToken).ConfigureAwait(false);
    }
}
