using System.Buffers;
using System.Text.Json;
using Convo.Core.Models.Providers.Streams;

namespace Convo.Core.Models.Providers.OpenAI;

/// <summary>Writes a chunk as OpenAI itself would (https://platform.openai.com/docs/api-reference/chat-streaming).</summary>
internal sealed class ChatChunkWriter : IAnswerWriter
{
    public static ChatChunkWriter Instance { get; } = new();

    public void Write(ArrayBufferWriter<byte> to, AnswerChunk chunk)
    {
        to.Write("data: "u8);
        using (var json = new Utf8JsonWriter(to))
        {
            json.WriteStartObject();
            json.WriteString("id"u8, chunk.Id ?? "");
            json.WriteString("object"u8, "chat.completion.chunk"u8);
            json.WriteNumber("created"u8, 0);
            json.WriteString("model"u8, chunk.Model ?? "");
            json.WriteStartArray("choices"u8);
            WriteChoice(json, chunk);
            json.WriteEndArray();
            WriteUsage(json, chunk.Usage);
            json.WriteEndObject();
        }

        to.Write("\n\n"u8);
    }

    public void WriteEnd(ArrayBufferWriter<byte> to) => to.Write("data: [DONE]\n\n"u8);

    private static void WriteChoice(Utf8JsonWriter json, AnswerChunk chunk)
    {
        json.WriteStartObject();
        json.WriteNumber("index"u8, 0);
        json.WriteStartObject("delta"u8);
        json.WriteString("role"u8, "assistant"u8);
        if (chunk.Text.Length > 0)
        {
            json.WriteString("content"u8, chunk.Text);
        }

        if (chunk.Reasoning.Length > 0)
        {
            json.WriteString("reasoning_content"u8, chunk.Reasoning);
        }

        if (chunk.Refusal.Length > 0)
        {
            json.WriteString("refusal"u8, chunk.Refusal);
        }

        if (chunk.ToolCalls.ValueKind == JsonValueKind.Array)
        {
            json.WritePropertyName("tool_calls"u8);
            chunk.ToolCalls.WriteTo(json);
        }

        json.WriteEndObject();
        json.WriteString("finish_reason"u8, chunk.FinishReason);
        json.WriteEndObject();
    }

    private static void WriteUsage(Utf8JsonWriter json, ChunkUsage? usage)
    {
        if (usage is null)
        {
            return;
        }

        json.WriteStartObject("usage"u8);
        json.WriteNumber("prompt_tokens"u8, usage.Input);
        json.WriteNumber("completion_tokens"u8, usage.Output);
        json.WriteNumber("total_tokens"u8, usage.Input + usage.Output);
        json.WriteStartObject("prompt_tokens_details"u8);
        json.WriteNumber("cached_tokens"u8, usage.Cached);
        json.WriteEndObject();
        json.WriteStartObject("completion_tokens_details"u8);
        json.WriteNumber("reasoning_tokens"u8, usage.Reasoning);
        json.WriteEndObject();
        json.WriteEndObject();
    }
}
