namespace Convo.Core.Knowledge;

/// <summary>Reads lines of bytes up to a total that no honest child reaches.</summary>
internal sealed class CappedLineReader(Stream stream, long maxBytes)
{
    private byte[] _buffer = new byte[64 * 1024];
    private int _start;
    private int _end;
    private long _total;

    /// <summary>Whether nothing was read beyond the last line that was given out.</summary>
    public bool IsEmpty => _start == _end;

    /// <returns>The next line without its line feed, valid until the next call; null at the end. An unended last line is dropped.</returns>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken ct)
    {
        var searched = _start;
        while (true)
        {
            var feed = _buffer.AsSpan(searched, _end - searched).IndexOf((byte)'\n');
            if (feed >= 0)
            {
                var line = _buffer.AsMemory(_start, searched + feed - _start);
                _start = searched + feed + 1;
                return line;
            }
            searched = _end;
            if (_end == _buffer.Length)
                searched -= MakeRoom();
            var read = await stream.ReadAsync(_buffer.AsMemory(_end), ct).ConfigureAwait(false);
            if (read == 0)
                return null;
            _end += read;
            _total += read;
            if (_total > maxBytes)
                throw new ExtractionException(ExtractionCodes.TooLarge, "The file holds more text than is allowed. Split it and upload the parts.");
        }
    }

    /// <returns>How far the buffer's content moved.</returns>
    private int MakeRoom()
    {
        var moved = _start;
        var kept = _end - _start;
        var target = kept > _buffer.Length / 2 ? new byte[_buffer.Length * 2] : _buffer;
        _buffer.AsSpan(_start, kept).CopyTo(target);
        (_buffer, _start, _end) = (target, 0, kept);
        return moved;
    }
}
