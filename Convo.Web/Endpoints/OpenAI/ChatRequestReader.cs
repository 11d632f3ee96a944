using System.Text.Json;
using Convo.Core.Shared;
using Convo.Core.Turns.Completions;
using Microsoft.Extensions.AI;

namespace Convo.Web.Endpoints.OpenAI;

/// <summary>
/// Reads a chat completion request (https://platform.openai.com/docs/api-reference/chat/create). Members that change what the answer would
/// be and that Convo cannot honour are refused by name; those that only concern OpenAI's own service (user, store, metadata …) are passed over.
/// </summary>
internal static class ChatRequestReader
{
    private const int MostMessages = 10_000;

    /// <summary>What is refused as soon as it holds anything.</summary>
    private static readonly string[] Refused =
        ["tools", "functions", "function_call", "audio", "logit_bias", "web_search_options", "top_logprobs"];

    public static ChatRequest Read(JsonMember body)
    {
        foreach (var name in Refused)
        {
            RefuseUnlessEmpty(body[name]);
        }

        RefuseMore(body);
        var request = new CompletionRequest(body["model"].OptionalText(), Messages(body["messages"]))
        {
            MaxOutputTokens = body["max_completion_tokens"].OptionalCount() ?? body["max_tokens"].OptionalCount(),
            Temperature = body["temperature"].OptionalNumber(),
            TopP = body["top_p"].OptionalNumber(),
            FrequencyPenalty = body["frequency_penalty"].OptionalNumber(),
            PresencePenalty = body["presence_penalty"].OptionalNumber(),
            Seed = body["seed"].OptionalInteger(),
            Stop = Stop(body["stop"]),
            ResponseFormat = Format(body["response_format"]),
            StrictSchema = body["response_format"]["json_schema"]["strict"].Flag(),
        };
        return new ChatRequest(request, body["stream"].Flag(), body["stream_options"]["include_usage"].Flag());
    }

    private static void RefuseUnlessEmpty(JsonMember member)
    {
        var isEmpty = member.IsNothing
            || (member.Element.ValueKind == JsonValueKind.Array && member.Element.GetArrayLength() == 0)
            || (member.Element.ValueKind == JsonValueKind.Object && !member.Element.EnumerateObject().Any())
            || member.Is("none");
        if (!isEmpty)
        {
            throw member.Unsupported($"Convo's models answer with text and do not take {member.Path}. Leave it out.");
        }
    }

    private static void RefuseMore(JsonMember body)
    {
        if (body["n"].OptionalInteger() is not (null or 1))
        {
            throw body["n"].Unsupported("n must be 1: one request gets one answer. Send the request again for another.");
        }

        if (body["logprobs"].Flag())
        {
            throw body["logprobs"].Unsupported("logprobs are not available. Leave the member out.");
        }

        if (body["modalities"] is { IsNothing: false } modalities && modalities.Items().Any(m => m.Text() != "text"))
        {
            throw modalities.Unsupported("The only modality is text.");
        }

        if (body["tool_choice"] is { IsNothing: false } choice && !(choice.Element.ValueKind == JsonValueKind.String && choice.Text() is "none" or "auto"))
        {
            throw choice.Unsupported("Convo's models answer with text and call no tools. Leave tool_choice out.");
        }
    }

    private static List<ChatMessage> Messages(JsonMember messages)
    {
        var items = messages.Items();
        return items.Count is >= 1 and <= MostMessages ? [.. items.Select(Message)] : throw messages.Wrong($"an array of 1 to {MostMessages:N0} messages");
    }

    private static ChatMessage Message(JsonMember message)
    {
        var role = message["role"].Text();
        if (message["tool_calls"] is { IsNothing: false } calls && calls.Items().Count > 0)
        {
            throw calls.Unsupported("Convo's models answer with text and call no tools. Leave the message out.");
        }

        return role switch
        {
            // OpenAI renamed the one to the other; providers know the older.
            "system" or "developer" => new ChatMessage(ChatRole.System, ContentParts.Texts(message["content"])),
            "assistant" => new ChatMessage(ChatRole.Assistant, message["content"].IsNothing ? [] : ContentParts.Texts(message["content"])),
            "user" => new ChatMessage(ChatRole.User, ContentParts.Read(message["content"])),
            "tool" or "function" => throw message["role"].Unsupported("Convo's models call no tools, so there is no message with their results. Leave it out."),
            _ => throw message["role"].Wrong("system, developer, user or assistant"),
        };
    }

    private static IReadOnlyList<string> Stop(JsonMember stop) =>
        stop.IsNothing ? [] : stop.Element.ValueKind == JsonValueKind.String ? [stop.Text()] : [.. stop.Items().Select(s => s.Text())];

    private static ChatResponseFormatJson? Format(JsonMember format)
    {
        if (format.IsNothing)
        {
            return null;
        }

        switch (format["type"].Text())
        {
            case "text":
                return null;
            case "json_object":
                return ChatResponseFormat.Json;
            case "json_schema":
                var schema = format["json_schema"]["schema"];
                return schema.Element.ValueKind == JsonValueKind.Object
                    ? ChatResponseFormat.ForJsonSchema(schema.Element, format["json_schema"]["name"].Text(), format["json_schema"]["description"].OptionalText())
                    : throw schema.Wrong("a JSON schema");
            default:
                throw format["type"].Wrong("text, json_object or json_schema");
        }
    }
}

/// <param name="Stream">Word by word, as server-sent events.</param>
/// <param name="IncludeUsage">One more event with the figures before the end.</param>
internal sealed record ChatRequest(CompletionRequest Completion, bool Stream, bool IncludeUsage);
