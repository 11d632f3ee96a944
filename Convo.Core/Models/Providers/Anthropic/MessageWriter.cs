using System.Buffers;
using System.Text.Json;
using Convo.Core.Models.Providers.Streams;

namespace Convo.Core.Models.Providers.Anthropic;

/// <summary>Writes an answer as Anthropic itself would, for its SDK: one text block, one block of thinking before it where there was any.</summary>
/// <remarks>Holds the state of one stream.</remarks>
internal sealed class MessageWriter : IAnswerWriter
{
    private int _index = -1;
    private string? _open;
    private string? _reason;
    private ChunkUsage _usage = new(0, 0, 0, 0);
    private bool _begun;

    public void Write(ArrayBufferWriter<byte> to, AnswerChunk chunk)
    {
        Begin(to, chunk);
        _reason = chunk.FinishReason ?? _reason;
        _usage = chunk.Usage ?? _usage;
        if (chunk.Reasoning.Length > 0)
        {
            Delta(to, "thinking", chunk.Reasoning);
        }

        if (chunk.Text.Length + chunk.Refusal.Length > 0)
        {
            Delta(to, "text", chunk.Text + chunk.Refusal);
        }
    }

    public void WriteEnd(ArrayBufferWriter<byte> to)
    {
        CloseBlock(to);
        Event(to, "message_delta", json =>
        {
            json.WriteStartObject("delta");
            json.WriteString("stop_reason", _reason switch
            {
                FinishReasons.Length => "max_tokens",
                FinishReasons.ToolCalls => "tool_use",
                FinishReasons.ContentFilter => "refusal",
                _ => "end_turn",
            });
            json.WriteNull("stop_sequence");
            json.WriteEndObject();
            Usage(json, _usage);
        });
        Event(to, "message_stop", _ => { });
    }

    private void Begin(ArrayBufferWriter<byte> to, AnswerChunk chunk)
    {
        if (_begun)
        {
            return;
        }

        _begun = true;
        Event(to, "message_start", json =>
        {
            json.WriteStartObject("message");
            json.WriteString("id", chunk.Id ?? "");
            json.WriteString("type", "message");
            json.WriteString("role", "assistant");
            json.WriteString("model", chunk.Model ?? "");
            json.WriteStartArray("content");
            json.WriteEndArray();
            json.WriteNull("stop_reason");
            json.WriteNull("stop_sequence");
            Usage(json, new ChunkUsage(0, 0, 0, 0));
            json.WriteEndObject();
        });
    }

    private void Delta(ArrayBufferWriter<byte> to, string kind, string text)
    {
        if (_open != kind)
        {
            CloseBlock(to);
            (_open, _index) = (kind, _index + 1);
            Event(to, "content_block_start", json =>
            {
                json.WriteNumber("index", _index);
                json.WriteStartObject("content_block");
                json.WriteString("type", kind);
                json.WriteString(kind, "");
                if (kind == "thinking")
                {
                    json.WriteString("signature", "");
                }

                json.WriteEndObject();
            });
        }

        Event(to, "content_block_delta", json =>
        {
            json.WriteNumber("index", _index);
            json.WriteStartObject("delta");
            json.WriteString("type", kind + "_delta");
            json.WriteString(kind, text);
            json.WriteEndObject();
        });
    }

    private void CloseBlock(ArrayBufferWriter<byte> to)
    {
        if (_open is not null)
        {
            Event(to, "content_block_stop", json => json.WriteNumber("index", _index));
            _open = null;
        }
    }

    private static void Usage(Utf8JsonWriter json, ChunkUsage usage)
    {
        json.WriteStartObject("usage");
        json.WriteNumber("input_tokens", usage.Input - usage.Cached);
        json.WriteNumber("cache_read_input_tokens", usage.Cached);
        json.WriteNumber("cache_creation_input_tokens", 0);
        json.WriteNumber("output_tokens", usage.Output);
        json.WriteStartObject("output_tokens_details");
        json.WriteNumber("thinking_tokens", usage.Reasoning);
        json.WriteEndObject();
        json.WriteEndObject();
    }

    private static void Event(ArrayBufferWriter<byte> to, string type, Action<Utf8JsonWriter> members)
    {
        to.Write("event: "u8);
        to.Write(System.Text.Encoding.UTF8.GetBytes(type));
        to.Write("\ndata: "u8);
        using (var json = new Utf8JsonWriter(to))
        {
            json.WriteStartObject();
            json.WriteString("type", type);
            members(json);
            json.WriteEndObject();
        }

        to.Write("\n\n"u8);
    }
}
