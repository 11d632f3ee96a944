using Convo.Core.Knowledge;

namespace Convo.Data.Knowledge;

/// <summary>Reads a passage with what stands around it on its pages.</summary>
internal static class SourceReader
{
    private const string ChunkSql =
        """
        SELECT c.id, c.attachment_id, a.filename, c.heading_path, c.page_from, c.page_to, a.pages, c.char_start, c.char_end
        FROM attachment_chunks AS c
        JOIN attachments AS a ON a.id = c.attachment_id
        WHERE c.id = @chunkId AND a.id IN (SELECT r.id FROM readable_attachments(@personId) AS r)
        """;

    private const string SlicesSql =
        """
        SELECT t.char_start, t.content
        FROM attachment_texts AS t
        WHERE t.attachment_id = @AttachmentId AND t.page BETWEEN @PageFrom AND @PageTo AND t.char_end > @From AND t.char_start < @To
        ORDER BY t.char_start
        """;

    public static async Task<SourcePage?> ReadAsync(Db db, Guid personId, Guid chunkId, int margin, CancellationToken cancellationToken)
    {
        var chunk = await db.QuerySingleOrDefaultAsync<ChunkRow>(ChunkSql, new { personId, chunkId }, cancellationToken).ConfigureAwait(false);
        if (chunk is null)
        {
            return null;
        }

        var range = new { chunk.AttachmentId, chunk.PageFrom, chunk.PageTo, From = chunk.CharStart - margin, To = chunk.CharEnd + margin };
        var slices = await db.QueryAsync<SliceRow>(SlicesSql, range, cancellationToken).ConfigureAwait(false);
        if (slices.Count == 0)
        {
            // The file was deleted between the two reads.
            return null;
        }

        return new SourcePage(
            chunk.Id, chunk.AttachmentId, chunk.Filename, chunk.HeadingPath, chunk.PageFrom, chunk.PageTo, chunk.Pages,
            string.Concat(slices.Select(s => s.Content)), chunk.CharStart - slices[0].CharStart, chunk.CharEnd - chunk.CharStart);
    }

    private sealed record ChunkRow(
        Guid Id, Guid AttachmentId, string Filename, string? HeadingPath, int PageFrom, int PageTo, int? Pages, int CharStart, int CharEnd);

    private sealed record SliceRow(int CharStart, string Content);
}
