using Convo.Core.Knowledge;

namespace Convo.Data.Knowledge;

/// <summary>Writes an answer's citations, for whoever stores the answer.</summary>
internal static class CitationSql
{
    // A file deleted while the answer was written leaves a citation without its words, as if it had been deleted after.
    private const string InsertSql =
        """
        INSERT INTO citations (message_id, number, chunk_id, attachment_id, filename, page_from, page_to, quote, verified)
        SELECT @messageId, @Number, c.id, c.attachment_id, @Filename, @PageFrom, @PageTo, CASE WHEN c.id IS NULL THEN '' ELSE @Quote END, @Verified
        FROM (SELECT) AS one
        LEFT JOIN (
            SELECT k.id, k.attachment_id
            FROM attachment_chunks AS k
            JOIN attachments AS a ON a.id = k.attachment_id
            WHERE k.id = @ChunkId
            FOR KEY SHARE OF k, a
        ) AS c ON true
        ON CONFLICT (message_id, number) DO NOTHING
        """;

    public static async Task SaveAsync(DbSession session, Guid messageId, IReadOnlyList<Citation> citations, CancellationToken cancellationToken)
    {
        foreach (var c in citations)
        {
            await session.ExecuteAsync(
                InsertSql, new { messageId, c.Number, c.ChunkId, c.Filename, c.PageFrom, c.PageTo, c.Quote, c.Verified }, cancellationToken).ConfigureAwait(false);
        }
    }
}
