namespace Convo.Data.Knowledge;

/// <summary>Reads a stored file part by part; no connection is held between parts.</summary>
internal sealed class BlobReadStream(Func<int, CancellationToken, Task<byte[]?>> partAt, long length) : Stream
{
    private ReadOnlyMemory<byte> _part;
    private int _next;
    private long _position;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_part.IsEmpty && _position < length)
        {
            // A file deleted while it is read must not look like a shorter file.
            _part = await partAt(_next++, cancellationToken).ConfigureAwait(false) ?? throw new IOException("The stored file is gone.");
        }

        var read = Math.Min(buffer.Length, _part.Length);
        _part[..read].CopyTo(buffer);
        _part = _part[read..];
        _position += read;
        return read;
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => length;
    public override long Position { get => _position; set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Stored files are read asynchronously.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }
}
