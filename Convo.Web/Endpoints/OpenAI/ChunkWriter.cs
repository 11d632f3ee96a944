using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using Convo.Core.Turns.Completions;
using Convo.Web.Hosting;

namespace Convo.Web.Endpoints.OpenAI;

/// <summary>Writes one answer as OpenAI's events: a role, the words, a reason, the usage where it was asked for, <c>[DONE]</c>.</summary>
internal sealed class ChunkWriter(string id, string model, DateTimeOffset created, bool includeUsage)
{
    private static readonly Dictionary<string, string> Nothing = [];

    public void Begin(PipeWriter body) => Write(body, new() { ["role"] = "assistant", ["content"] = "" }, null);

    public void Delta(PipeWriter body, string text) => Write(body, new() { ["content"] = text }, null);

    public void End(PipeWriter body, CompletionEnded ended)
    {
        Write(body, Nothing, ended.FinishReason);
        if (includeUsage)
        {
            Event(body, new ChunkWithUsageBody(id, "chat.completion.chunk", created.ToUnixTimeSeconds(), model, [], UsageBody.Of(ended.Usage)));
        }

        body.Write("data: [DONE]\n\n"u8);
    }

    /// <summary>A failure in mid-stream, as OpenAI sends it; no <c>[DONE]</c> follows.</summary>
    public static void Fail(PipeWriter body, ProblemObject problem) => Event(body, OpenAiError.Of(problem));

    private void Write(PipeWriter body, Dictionary<string, string> delta, string? finishReason)
    {
        ChunkChoiceBody[] choices = [new(0, delta, null, finishReason)];
        Event(body, includeUsage
            ? new ChunkWithUsageBody(id, "chat.completion.chunk", created.ToUnixTimeSeconds(), model, choices, null)
            : new ChunkBody(id, "chat.completion.chunk", created.ToUnixTimeSeconds(), model, choices));
    }

    private static void Event(PipeWriter body, object data)
    {
        body.Write("data: "u8);
        using (var json = new Utf8JsonWriter(body, new JsonWriterOptions { Encoder = ConvoJson.Options.Encoder }))
        {
            JsonSerializer.Serialize(json, data, data.GetType(), ConvoJson.Options);
        }

        body.Write("\n\n"u8);
    }
}
