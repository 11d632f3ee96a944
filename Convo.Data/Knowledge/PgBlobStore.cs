namespace Convo.Data.Knowledge;

/// <summary>Bytes in PostgreSQL, in parts of a megabyte: neither writing nor reading ever holds more of a file than that.</summary>
internal sealed class PgBlobStore(Db db) : IBlobStore
{
    private const int PartSize = 1 << 20;

    private const string InsertSql = "INSERT INTO attachment_blobs (attachment_id, part, bytes) VALUES (@attachmentId, @part, @bytes)";

    public async Task WriteAsync(DbSession session, Guid attachmentId, Stream content, CancellationToken cancellationToken)
    {
        var buffer = new byte[PartSize];
        for (var part = 0; ; part++)
        {
            var read = await content.ReadAtLeastAsync(buffer, PartSize, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                return;
            }

            var bytes = read == PartSize ? buffer : buffer[..read];
            await session.ExecuteAsync(InsertSql, new { attachmentId, part, bytes }, cancellationToken).ConfigureAwait(false);
            if (read < PartSize)
            {
                return;
            }
        }
    }

    public Stream Open(Guid attachmentId, long length) => new BlobReadStream((part, token) => ReadAsync(attachmentId, part, token), length);

    private const string ReadSql = "SELECT bytes FROM attachment_blobs WHERE attachment_id = @attachmentId AND part = @part";

    private Task<byte[]?> ReadAsync(Guid attachmentId, int part, CancellationToken cancellationToken) =>
        db.ScalarAsync<byte[]>(ReadSql, new { attachmentId, part }, cancellationToken);
}
