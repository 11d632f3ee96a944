using System.Text.Json;
using Convo.Core.Knowledge;

namespace Convo.Data.Knowledge;

/// <summary>What extraction found: the text in slices for the source pane, and where it is cut until the passages are published.</summary>
internal sealed class DocumentTextStore(Db db)
{
    private const string AdvanceSql =
        """
        UPDATE attachments
        SET status = 'embedding', stage = 'Indexing', progress = 0, pages = @Pages, language = @Language, lease_until = @leaseUntil, updated_at = now()
        WHERE id = @AttachmentId AND run_id = @RunId AND status = 'extracting'
        """;

    private const string ForgetSql = "DELETE FROM attachment_texts WHERE attachment_id = @AttachmentId";

    private const string KeepSql =
        """
        INSERT INTO attachment_drafts (attachment_id, drafts)
        VALUES (@AttachmentId, @drafts)
        ON CONFLICT (attachment_id) DO UPDATE SET drafts = excluded.drafts
        """;

    public Task<bool> SaveAsync(IngestionRun run, DocumentText text, DateTimeOffset leaseUntil, CancellationToken cancellationToken) => db.InTransactionAsync(
        async session =>
        {
            var fence = new { text.Pages, text.Language, leaseUntil, run.AttachmentId, run.RunId };
            if (await session.ExecuteAsync(AdvanceSql, fence, cancellationToken).ConfigureAwait(false) == 0)
            {
                return false;
            }

            await session.ExecuteAsync(ForgetSql, new { run.AttachmentId }, cancellationToken).ConfigureAwait(false);
            await CopyAsync(session, run.AttachmentId, text, cancellationToken).ConfigureAwait(false);
            var drafts = JsonSerializer.SerializeToElement(new Drafts(text.PageStarts, text.Pages, text.Language, text.Cuts));
            await session.ExecuteAsync(KeepSql, new { run.AttachmentId, drafts }, cancellationToken).ConfigureAwait(false);
            return true;
        },
        cancellationToken);

    private const string CopySql = "COPY attachment_texts (attachment_id, char_start, char_end, page, content) FROM STDIN (FORMAT binary)";

    private static async Task CopyAsync(DbSession session, Guid attachmentId, DocumentText text, CancellationToken cancellationToken)
    {
        var import = await session.Connection.BeginBinaryImportAsync(CopySql, cancellationToken).ConfigureAwait(false);
        await using var _ = import.ConfigureAwait(false);
        foreach (var (start, end, page) in TextSlices.Of(text.Text, text.PageStarts))
        {
            await import.StartRowAsync(cancellationToken).ConfigureAwait(false);
            await import.WriteAsync(attachmentId, cancellationToken).ConfigureAwait(false);
            await import.WriteAsync(start, cancellationToken).ConfigureAwait(false);
            await import.WriteAsync(end, cancellationToken).ConfigureAwait(false);
            await import.WriteAsync(page, cancellationToken).ConfigureAwait(false);
            await import.WriteAsync(text.Text[start..end], cancellationToken).ConfigureAwait(false);
        }

        await import.CompleteAsync(cancellationToken).ConfigureAwait(false);
    }

    private const string DraftsSql = "SELECT drafts FROM attachment_drafts WHERE attachment_id = @attachmentId";

    private const string SlicesSql = "SELECT content FROM attachment_texts WHERE attachment_id = @attachmentId ORDER BY char_start";

    public async Task<DocumentText?> LoadAsync(Guid attachmentId, CancellationToken cancellationToken)
    {
        var drafts = await db.ScalarAsync<string>(DraftsSql, new { attachmentId }, cancellationToken).ConfigureAwait(false);
        if (drafts is null)
        {
            return null;
        }

        var slices = await db.QueryAsync<string>(SlicesSql, new { attachmentId }, cancellationToken).ConfigureAwait(false);
        var (starts, pages, language, cuts) = JsonSerializer.Deserialize<Drafts>(drafts)!;
        return new DocumentText(string.Concat(slices), starts, pages, language, cuts);
    }

    private sealed record Drafts(IReadOnlyList<PageStart> PageStarts, int Pages, string Language, IReadOnlyList<ChunkCut> Cuts);
}
