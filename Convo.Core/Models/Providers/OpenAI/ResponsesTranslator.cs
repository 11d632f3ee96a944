using System.Text.Json.Nodes;
using Convo.Core.Models.Providers.Streams;

namespace Convo.Core.Models.Providers.OpenAI;

/// <summary>OpenAI's Responses protocol (https://platform.openai.com/docs/api-reference/responses/create). It has no stop sequences.</summary>
internal sealed class ResponsesTranslator : RequestTranslator
{
    protected override (Uri Address, JsonObject Body) Translate(Uri baseUrl, JsonObject chat)
    {
        var body = new JsonObject
        {
            ["model"] = chat["model"]!.DeepClone(),
            ["stream"] = true,
            // Conversations are kept here and nowhere else.
            ["store"] = false,
            ["input"] = new JsonArray([.. chat["messages"]!.AsArray().Select(m => new JsonObject
            {
                ["role"] = m!["role"]!.DeepClone(),
                ["content"] = new JsonArray([.. Parts(m["content"]).Select(p => Part(p, m["role"]!.GetValue<string>()))]),
            })]),
        };
        Copy(chat, "temperature", body, "temperature");
        Copy(chat, "top_p", body, "top_p");
        Copy(chat, "max_tokens", body, "max_output_tokens");
        return (new Uri(baseUrl, "responses"), body);
    }

    private static JsonObject Part((string? Text, string? MediaType, string? Data) part, string role) => part.Data is null
        ? new JsonObject { ["type"] = role == "assistant" ? "output_text" : "input_text", ["text"] = part.Text }
        : new JsonObject { ["type"] = "input_image", ["image_url"] = $"data:{part.MediaType};base64,{part.Data}" };
}
