using System.Buffers;

namespace Convo.Core.Models.Providers.Streams;

/// <param name="Event">The event's name; empty for the default one.</param>
/// <param name="Data">Its data lines joined by line feeds.</param>
/// <param name="IsWhole">False when the body ended inside the event: its data may be cut.</param>
/// <param name="IsBare">The lines had no field name: JSON that a failing server writes straight into the stream.</param>
internal readonly record struct SseEvent(string Event, ReadOnlyMemory<byte> Data, bool IsWhole, bool IsBare);

/// <summary>
/// Reads server-sent events (https://html.spec.whatwg.org/multipage/server-sent-events.html#parsing-an-event-stream) from bytes cut
/// anywhere. Two things go beyond the standard because providers need them: an event that the body's end cuts is handed out, marked,
/// instead of dropped; and lines without a field name are handed out as bare text, since that is how Gemini reports an error in mid-stream.
/// </summary>
internal sealed class SseEventReader(Stream stream, int maxEventBytes)
{
    private static readonly byte[] ByteOrderMark = [0xEF, 0xBB, 0xBF];

    private readonly ArrayBufferWriter<byte> _data = new();
    private readonly ArrayBufferWriter<byte> _bare = new();
    private byte[] _buffer = new byte[8 * 1024];
    private int _start;
    private int _end;
    private bool _atBeginning = true;
    private bool _skipLineFeed;
    private bool _hasData;
    private string _event = "";

    /// <summary>The next event; null at the end of the body.</summary>
    /// <exception cref="InvalidDataException">An event is larger than allowed.</exception>
    public async ValueTask<SseEvent?> ReadAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            if (TryReadLine(out var line))
            {
                if (TakeLine(line.Span))
                {
                    return Dispatch(isWhole: true);
                }
            }
            else if (!await FillAsync(cancellationToken).ConfigureAwait(false))
            {
                if (_end > _start)
                {
                    TakeLine(_buffer.AsSpan(_start, _end - _start));
                    _start = _end;
                }

                return _hasData || _bare.WrittenCount > 0 ? Dispatch(isWhole: false) : null;
            }
        }
    }

    /// <summary>A line ends with LF, CR or CRLF; a CR at the end of what has arrived may have its LF in the next read.</summary>
    private bool TryReadLine(out ReadOnlyMemory<byte> line)
    {
        if (_skipLineFeed && _end > _start)
        {
            _start += _buffer[_start] == '\n' ? 1 : 0;
            _skipLineFeed = false;
        }

        var length = _buffer.AsSpan(_start, _end - _start).IndexOfAny((byte)'\n', (byte)'\r');
        if (length < 0)
        {
            line = default;
            return false;
        }

        line = _buffer.AsMemory(_start, length);
        _skipLineFeed = _buffer[_start + length] == '\r';
        _start += length + 1;
        if (_atBeginning && line.Span.StartsWith(ByteOrderMark))
        {
            line = line[3..];
        }

        _atBeginning = false;
        return true;
    }

    private async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        if (_start > 0)
        {
            _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
            _end -= _start;
            _start = 0;
        }

        if (_end == _buffer.Length)
        {
            Guard(_buffer.Length);
            Array.Resize(ref _buffer, _buffer.Length * 2);
        }

        var reading = stream.ReadAsync(_buffer.AsMemory(_end), cancellationToken);
        var waits = !reading.IsCompleted;
        var read = await reading.ConfigureAwait(false);
        if (waits && ThreadPool.PendingWorkItemCount > 0)
        {
            // The thread pool runs what a socket brings before everything else. A thousand streams would keep requests and readers
            // waiting until they end; from the end of the queue on, all have their turn, and more has come when this one has it.
            await Task.Yield();
        }

        _end += read;
        return read > 0;
    }

    /// <returns>Whether the line ends an event.</returns>
    private bool TakeLine(ReadOnlySpan<byte> line)
    {
        if (line.IsEmpty)
        {
            var ends = _hasData || _bare.WrittenCount > 0;
            _event = ends ? _event : "";
            return ends;
        }

        var colon = line.IndexOf((byte)':');
        var name = colon < 0 ? line : line[..colon];
        var value = colon < 0 ? [] : line[(colon + 1)..];
        value = value.Length > 0 && value[0] == ' ' ? value[1..] : value;
        if (name.SequenceEqual("data"u8))
        {
            Append(_data, value, separate: _hasData);
            _hasData = true;
        }
        else if (name.SequenceEqual("event"u8))
        {
            _event = System.Text.Encoding.UTF8.GetString(value);
        }
        else if (colon != 0 && !name.SequenceEqual("id"u8) && !name.SequenceEqual("retry"u8))
        {
            Append(_bare, line, separate: _bare.WrittenCount > 0);
        }

        return false;
    }

    private void Append(ArrayBufferWriter<byte> to, ReadOnlySpan<byte> line, bool separate)
    {
        Guard(to.WrittenCount + line.Length);
        if (separate)
        {
            to.Write("\n"u8);
        }

        to.Write(line);
    }

    private SseEvent Dispatch(bool isWhole)
    {
        var isBare = !_hasData;
        var from = isBare ? _bare : _data;
        var dispatched = new SseEvent(_event, from.WrittenMemory.ToArray(), isWhole, isBare);
        _data.ResetWrittenCount();
        _bare.ResetWrittenCount();
        _hasData = false;
        _event = "";
        return dispatched;
    }

    private void Guard(int bytes)
    {
        if (bytes > maxEventBytes)
        {
            throw new InvalidDataException("An event of the stream is larger than allowed.");
        }
    }
}
