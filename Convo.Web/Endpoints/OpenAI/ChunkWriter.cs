using System.Buffers;
using System.IO.Pipelines;
using System.Text.Json;
using Convo.Core.Turns.Completions;
using Convo.Web.Hosting;

namespace Convo.Web.Endpoints.OpenAI;

/// <summary>Writes one answer as OpenAI's events: a role, the words, a reason, the usage where it was asked for, <c>[DONE]</c>.</summary>
internal sealed class ChunkWriter(ModelNames names, CompletionStarted started, bool includeUsage)
{
    private static readonly Dictionary<string, string> Nothing = [];

    private readonly string _id = ModelNames.IdOf(started.Id);
    private readonly long _created = started.At.ToUnixTimeSeconds();
    private string _model = names.Of(started.Model);

    /// <summary>From here on another model answers.</summary>
    public void Switch(CompletionSwitched switched) => _model = names.Of(switched.Model);

    public void Begin(PipeWriter body) => Write(body, new() { ["role"] = "assistant", ["content"] = "" }, null);

    public void Delta(PipeWriter body, string text) => Write(body, new() { ["content"] = text }, null);

    public void End(PipeWriter body, CompletionEnded ended)
    {
        Write(body, Nothing, ended.FinishReason);
        if (includeUsage)
        {
            Event(body, new ChunkWithUsageBody(_id, "chat.completion.chunk", _created, _model, [], UsageBody.Of(ended.Usage)));
        }

        body.Write("data: [DONE]\n\n"u8);
    }

    /// <summary>A failure in mid-stream, as OpenAI sends it; no <c>[DONE]</c> follows.</summary>
    public static void Fail(PipeWriter body, ProblemObject problem) => Event(body, OpenAiError.Of(problem));

    private void Write(PipeWriter body, Dictionary<string, string> delta, string? finishReason)
    {
        ChunkChoiceBody[] choices = [new(0, delta, null, finishReason)];
        Event(body, includeUsage
            ? new ChunkWithUsageBody(_id, "chat.completion.chunk", _created, _model, choices, null)
            : new ChunkBody(_id, "chat.completion.chunk", _created, _model, choices));
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
