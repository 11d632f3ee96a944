using System.Buffers;
using System.Text.Json;
using Convo.Core.Models.Providers.Http;

namespace Convo.Core.Models.Providers.OpenAI;

/// <summary>
/// A chat completion stream on its way to the SDK. The SDK passes over an error event, treats a body that just ends as the end of the
/// answer, and throws at finish reasons or content shapes that compatible servers use. So each event is read here and handed on in
/// OpenAI's own form, an error becomes a <see cref="ProviderException"/>, and an end without an end mark is <c>stream_cut</c>.
/// </summary>
internal sealed class ChatStream(Stream upstream, ProviderIdentity provider, EndpointHabits habits) : ForwardOnlyStream
{
    private const int MaxEventBytes = 8 * 1024 * 1024;

    private readonly SseEventReader _events = new(upstream, MaxEventBytes);
    private readonly ArrayBufferWriter<byte> _out = new();
    private int _sent;
    private bool _hasText;
    private bool _hasRefusal;
    private bool _hasFinish;
    private bool _hasUsage;
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
            End();
        }
        else if (sse.Data.Span.SequenceEqual("[DONE]"u8))
        {
            habits.SendsDone = true;
            Finish();
        }
        else if (Parse(sse) is { } document)
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

        var chunk = ChatChunk.Read(root);
        _hasText |= chunk.Text.Length > 0;
        _hasRefusal |= chunk.Refusal.Length > 0;
        _hasFinish |= chunk.FinishReason is not null;
        _hasUsage |= chunk.Usage is not null;
        if (!chunk.IsEmpty)
        {
            // A refusal is no answer; the reason says so where the provider says "stop".
            ChatChunkWriter.Write(_out, chunk.FinishReason is not null && _hasRefusal && !_hasText ? chunk with { FinishReason = "content_filter" } : chunk);
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
            || ChatChunk.Member(root, "error").ValueKind is JsonValueKind.Object or JsonValueKind.String
            || (ChatChunk.Member(root, "object") is { ValueKind: JsonValueKind.String } kind && kind.ValueEquals("error"));
    }

    /// <summary>
    /// The body is over without <c>[DONE]</c>. A few servers never send it, so a reason and a usage are taken for an end, but not from a
    /// server that is known to send it.
    /// </summary>
    private void End()
    {
        if (habits.SendsDone || !_hasFinish || !_hasUsage)
        {
            throw ProviderFailures.Cut(provider);
        }

        Finish();
    }

    private void Finish()
    {
        if (!_hasFinish)
        {
            // Some servers let the end mark stand for the reason.
            ChatChunkWriter.WriteFinish(_out, _hasRefusal && !_hasText ? "content_filter" : "stop");
        }

        _out.Write("data: [DONE]\n\n"u8);
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
