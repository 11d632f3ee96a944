using System.Security.Cryptography;
using Convo.Core.Shared;

namespace Convo.Core.Knowledge;

/// <summary>An upload on its way into the store: counts and hashes what is read, and ends it with 413 when it grows too large.</summary>
/// <param name="head">What was read already, to tell the type.</param>
/// <param name="rest">What follows.</param>
public sealed class UploadStream(ReadOnlyMemory<byte> head, Stream rest, long maxBytes) : Stream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private ReadOnlyMemory<byte> _head = head;

    /// <summary>Bytes read so far.</summary>
    public long Size { get; private set; }

    /// <summary>SHA-256 of the bytes read so far.</summary>
    public byte[] Hash() => _hash.GetCurrentHash();

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int read;
        if (_head.Length > 0)
        {
            read = Math.Min(_head.Length, buffer.Length);
            _head[..read].CopyTo(buffer);
            _head = _head[read..];
        }
        else
        {
            read = await rest.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }

        Size += read;
        if (Size > maxBytes)
        {
            throw TooLarge(maxBytes);
        }

        _hash.AppendData(buffer.Span[..read]);
        return read;
    }

    public static ConvoException TooLarge(long maxBytes) => new(
        ProblemKind.TooLarge, "file_too_large", $"The file is larger than the {maxBytes >> 20} MB that are allowed. Split it, or ask your administrator to raise the limit.");

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override bool CanRead => true;
    public override bool CanSeek => false;
    public override bool CanWrite => false;
    public override long Length => throw new NotSupportedException();
    public override long Position { get => Size; set => throw new NotSupportedException(); }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("Uploads are read asynchronously.");

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _hash.Dispose();
        }

        base.Dispose(disposing);
    }
}
