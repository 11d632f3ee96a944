using System.Globalization;
using System.Text.Json;

namespace Convo.Core.Models.Providers.Http;

/// <summary>
/// What an error says of itself, whatever its shape: <c>{"error": {code, type, message}}</c> (OpenAI, Azure, Anthropic, Gemini, OpenRouter),
/// <c>{"error": "…"}</c> (Ollama), <c>{"message": "…"}</c> (Bedrock, Cohere, vLLM), <c>{"detail": …}</c> (FastAPI servers), or no JSON at all.
/// </summary>
/// <param name="Code">Code, type and status words, joined by blanks, lower case.</param>
/// <param name="Status">An HTTP status named inside the body; errors inside a stream carry it there.</param>
/// <param name="IsJson">False for an HTML page of a proxy and for an empty body.</param>
internal sealed record ErrorBody(string Code, string Message, int? Status, bool IsJson)
{
    public static ErrorBody Parse(string body)
    {
        try
        {
            using var document = JsonDocument.Parse(body);
            return Parse(document.RootElement);
        }
        catch (JsonException)
        {
            return new ErrorBody("", "", null, IsJson: false);
        }
    }

    public static ErrorBody Parse(JsonElement root)
    {
        // Gemini wraps the object in an array when a stream fails.
        if (root.ValueKind == JsonValueKind.Array)
        {
            root = root.EnumerateArray().FirstOrDefault();
        }

        var words = new List<string>();
        var message = "";
        int? status = null;
        Collect(root, words, ref message, ref status);
        if (root.ValueKind == JsonValueKind.Object && root.TryGetProperty("error", out var error))
        {
            Collect(error, words, ref message, ref status);
            Nested(error, words, ref message, ref status);
        }

        return new ErrorBody(string.Join(' ', words).ToLowerInvariant(), message, status, IsJson: true);
    }

    /// <summary>Where the cause hides: Azure's <c>innererror</c>, OpenRouter's <c>metadata.raw</c>, Gemini's <c>details[].reason</c>.</summary>
    private static void Nested(JsonElement error, List<string> words, ref string message, ref int? status)
    {
        if (error.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        if (error.TryGetProperty("innererror", out var inner))
        {
            Collect(inner, words, ref message, ref status);
        }

        if (error.TryGetProperty("metadata", out var metadata) && metadata.ValueKind == JsonValueKind.Object && metadata.TryGetProperty("raw", out var raw))
        {
            Collect(raw, words, ref message, ref status);
        }

        if (error.TryGetProperty("details", out var details) && details.ValueKind == JsonValueKind.Array)
        {
            foreach (var detail in details.EnumerateArray().Where(d => d.ValueKind == JsonValueKind.Object && d.TryGetProperty("reason", out _)))
            {
                Word(detail.GetProperty("reason"), words, ref status);
            }
        }
    }

    private static void Collect(JsonElement element, List<string> words, ref string message, ref int? status)
    {
        if (element.ValueKind == JsonValueKind.String)
        {
            message = element.GetString()!;
            return;
        }

        if (element.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        foreach (var member in element.EnumerateObject())
        {
            switch (member.Name)
            {
                case "code" or "type" or "status" or "status_code" or "reason":
                    Word(member.Value, words, ref status);
                    break;
                case "message" or "detail" or "error_message" when member.Value.ValueKind == JsonValueKind.String:
                    message = member.Value.GetString()!;
                    break;
                case "detail" when member.Value.ValueKind is JsonValueKind.Array or JsonValueKind.Object:
                    message = member.Value.GetRawText();
                    break;
            }
        }
    }

    private static void Word(JsonElement value, List<string> words, ref int? status)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var number))
        {
            status = number is >= 400 and < 600 ? number : status;
        }
        else if (value.ValueKind == JsonValueKind.String && value.GetString() is { Length: > 0 } word)
        {
            status = int.TryParse(word, NumberStyles.None, CultureInfo.InvariantCulture, out var code) && code is >= 400 and < 600 ? code : status;
            words.Add(word);
        }
    }
}
