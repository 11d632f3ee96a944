using System.Text.Json.Nodes;
using Convo.Core.Models.Providers.Streams;

namespace Convo.Core.Models.Providers.Gemini;

/// <summary>Gemini's own protocol, <c>models/…:streamGenerateContent</c> (https://ai.google.dev/api/generate-content), for servers that have no other.</summary>
internal sealed class GeminiTranslator(string? apiKey) : RequestTranslator
{
    protected override (Uri Address, JsonObject Body) Translate(Uri baseUrl, JsonObject chat)
    {
        var settings = new JsonObject();
        Copy(chat, "temperature", settings, "temperature");
        Copy(chat, "top_p", settings, "topP");
        Copy(chat, "max_tokens", settings, "maxOutputTokens");
        Copy(chat, "stop", settings, "stopSequences");

        var messages = chat["messages"]!.AsArray();
        var body = new JsonObject
        {
            ["contents"] = new JsonArray([.. messages.Where(m => !IsSystem(m)).Select(m => new JsonObject
            {
                ["role"] = m!["role"]!.GetValue<string>() == "assistant" ? "model" : "user",
                ["parts"] = new JsonArray([.. Parts(m["content"]).Select(Part)]),
            })]),
            ["generationConfig"] = settings,
        };
        if (messages.Any(IsSystem))
        {
            body["systemInstruction"] = new JsonObject { ["parts"] = new JsonArray(new JsonObject { ["text"] = string.Join("\n\n", messages.Where(IsSystem).Select(TextOf)) }) };
        }

        // The list of models names them with their folder.
        var model = chat["model"]!.GetValue<string>();
        var path = model.StartsWith("models/", StringComparison.Ordinal) ? model : $"models/{model}";
        return (new Uri(baseUrl, $"{path}:streamGenerateContent?alt=sse"), body);
    }

    protected override void Authorize(HttpRequestMessage request)
    {
        request.Headers.Authorization = null;
        if (apiKey is not null)
        {
            // In a header: an address with the key in its query ends up in logs.
            request.Headers.Remove("x-goog-api-key");
            request.Headers.Add("x-goog-api-key", apiKey);
        }
    }

    private static bool IsSystem(JsonNode? message) => message?["role"]?.GetValue<string>() is "system" or "developer";

    private static JsonObject Part((string? Text, string? MediaType, string? Data) part) => part.Data is null
        ? new JsonObject { ["text"] = part.Text }
        : new JsonObject { ["inlineData"] = new JsonObject { ["mimeType"] = part.MediaType, ["data"] = part.Data } };
}
