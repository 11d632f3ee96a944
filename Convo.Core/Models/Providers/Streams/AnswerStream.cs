using System.Buffers;
using System.Text.Json;
using Convo.Core.Models.Providers.Http;

namespace Convo.Core.Models.Providers.Streams;

/// <summary>
/// An answer on its way to an SDK. SDKs pass over an error event, treat a body that just ends as the end of the answer, and throw at finish
/// reasons or content shapes that compatible servers use. So each event is read here, in whatever format it comes, and handed on in the one
/// the SDK expects; what is wrong with the stream surfaces as <see cref="ProviderException"/>.
/// </summary>
internal sealed class AnswerStream(Stream upstream, ProviderIdentity provider, EndpointHabits habits, IAnswerWriter writer) : ForwardOnlyStream
{
    private const int MaxEventBytes = 8 * 1024 * 1024;

    private readonly SseEventReader _events = new(upstream, MaxEventBytes);
    private readonly ArrayBufferWriter<byte> _out = new();
    private AnswerFormat? _format;
    private int _sent;
    private bool _hasText;
    private bool _hasRefusal;
    private bool _hasFinish;
    private bool _ended;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_sent == _out.WrittenCount)
        {
            if (_ended)
            {
                return 0;
            }

            _out.ResetWrittenCount();
            _sent = 0;
            Take(await NextAsync(cancellationToken).ConfigureAwait(false));
        }

        var count = Math.Min(buffer.Length, _out.WrittenCount - _sent);
        _out.WrittenMemory.Slice(_sent, count).CopyTo(buffer);
        _sent += count;
        return count;
    }

    private async ValueTask<SseEvent?> NextAsync(CancellationToken cancellationToken)
    {
        try
        {
            return await _events.ReadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (InvalidDataException e)
        {
            throw ProviderFailures.BadResponse(provider, "sent an event that is too large", e);
        }
        catch (Exception e) when (e is IOException or HttpRequestException)
        {
            throw ProviderFailures.Cut(provider, e);
        }
    }

    private void Take(SseEvent? next)
    {
        if (next is not { } sse)
        {
            End(_format?.MayEndHere == true);
        }
        else if (sse.Data.Span.SequenceEqual("[DONE]"u8))
        {
            habits.SendsDone |= _format is ChatFormat;
            End(_format is ChatFormat || _format?.MayEndHere == true);
        }
        // An event without data says nothing: some servers keep a connection alive with it.
        else if (!sse.Data.Span.Trim((byte)' ').IsEmpty && Parse(sse) is { } document)
        {
            using (document)
            {
                Take(sse, document.RootElement);
            }
        }
    }

    private void Take(SseEvent sse, JsonElement root)
    {
        try
        {
            TakeElement(sse, root);
        }
        catch (InvalidOperationException e)
        {
            // A string with half a surrogate pair is JSON, but no text.
            throw ProviderFailures.BadResponse(provider, "sent text that is not Unicode", e);
        }
    }

    private void TakeElement(SseEvent sse, JsonElement root)
    {
        if (IsError(sse, root))
        {
            throw ProviderFailures.InStream(provider, ErrorBody.Parse(root));
        }

        if (sse.IsBare)
        {
            return;
        }

        _format ??= AnswerFormat.Of(root, habits);
        if (_format?.Error(root) is { ValueKind: JsonValueKind.Object } failed)
        {
            throw ProviderFailures.InStream(provider, ErrorBody.Parse(failed));
        }

        if (_format?.Read(root) is { } chunk)
        {
            Hand(chunk);
        }

        if (_format?.HasEnded == true)
        {
            End(isWhole: true);
        }
    }

    private void Hand(AnswerChunk chunk)
    {
        _hasText |= chunk.Text.Length > 0;
        _hasRefusal |= chunk.Refusal.Length > 0;
        _hasFinish |= chunk.FinishReason is not null;
        if (!chunk.IsEmpty)
        {
            // A refusal is no answer; the reason says so where the provider says "stop".
            writer.Write(_out, chunk.FinishReason is not null && _hasRefusal && !_hasText ? chunk with { FinishReason = FinishReasons.ContentFilter } : chunk);
        }
    }

    private JsonDocument? Parse(SseEvent sse)
    {
        try
        {
            return JsonDocument.Parse(sse.Data);
        }
        catch (JsonException) when (sse.IsBare)
        {
            // Stray lines are not part of the protocol and say nothing by themselves.
            return null;
        }
        catch (JsonException e)
        {
            throw sse.IsWhole ? ProviderFailures.BadResponse(provider, "sent something that is not JSON", e) : ProviderFailures.Cut(provider, e);
        }
    }

    private static bool IsError(SseEvent sse, JsonElement root)
    {
        if (root.ValueKind == JsonValueKind.Array)
        {
            root = root.EnumerateArray().FirstOrDefault();
        }

        return sse.Event == "error"
            || root.Member("error").ValueKind is JsonValueKind.Object or JsonValueKind.String
            || root.Text("object") == "error"
            || (root.Text("type") ?? root.Text("event_type")) == "error";
    }

    private void End(bool isWhole)
    {
        if (!isWhole)
        {
            throw ProviderFailures.Cut(provider);
        }

        if (_format?.End() is { } last)
        {
            Hand(last);
        }

        if (!_hasFinish)
        {
            // Some servers let the end mark stand for the reason.
            Hand(new AnswerChunk(FinishReason: FinishReasons.Stop));
        }

        writer.WriteEnd(_out);
        _ended = true;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            upstream.Dispose();
        }

        base.Dispose(disposing);
    }
}
