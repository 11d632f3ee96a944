using System.Text.Json;
using Convo.Core.Shared;

namespace Convo.Web.Endpoints.OpenAI;

/// <summary>A place in a request's JSON that knows its path, so that every refusal names it as OpenAI's do: <c>messages[0].content</c>.</summary>
internal readonly record struct JsonMember(JsonElement Element, string Path)
{
    /// <summary>Missing and null are the same to OpenAI's API.</summary>
    public bool IsNothing => Element.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null;

    public JsonMember this[string name] => new(
        Element.ValueKind == JsonValueKind.Object && Element.TryGetProperty(name, out var member) ? member : default,
        Path.Length == 0 ? name : $"{Path}.{name}");

    /// <summary>Reads a request's whole body.</summary>
    /// <exception cref="ConvoException">400 when it is not a JSON object.</exception>
    public static async Task<JsonMember> ReadAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        try
        {
            using var document = await JsonDocument.ParseAsync(request.Body, default, cancellationToken);
            return document.RootElement.ValueKind == JsonValueKind.Object
                ? new JsonMember(document.RootElement.Clone(), "")
                : throw new ConvoException(ProblemKind.Invalid, "invalid_request", "The body must be a JSON object.");
        }
        catch (JsonException e)
        {
            throw new ConvoException(
                ProblemKind.Invalid, "invalid_json", $"The body is not JSON (line {e.LineNumber + 1}, byte {e.BytePositionInLine + 1}). Send the request as a JSON object.", e);
        }
    }

    public string Text()
    {
        try
        {
            return Element.ValueKind == JsonValueKind.String ? Element.GetString()! : throw Wrong("a text");
        }
        catch (InvalidOperationException)
        {
            throw ConvoException.Invalid(Path, $"{Path} holds half of a surrogate pair, which is no text.");
        }
    }

    public string? OptionalText() => IsNothing ? null : Text();

    public double? OptionalNumber() => IsNothing ? null : Element.ValueKind == JsonValueKind.Number && Element.TryGetDouble(out var number) && double.IsFinite(number) ? number : throw Wrong("a number");

    public long? OptionalInteger() => IsNothing ? null : Element.ValueKind == JsonValueKind.Number && Element.TryGetInt64(out var number) ? number : throw Wrong("a whole number");

    public int? OptionalCount() => OptionalInteger() switch
    {
        null => null,
        var n and >= 1 and <= int.MaxValue => (int)n,
        _ => throw Wrong("a whole number from 1"),
    };

    public bool Flag() => Element.ValueKind switch
    {
        JsonValueKind.Undefined or JsonValueKind.Null or JsonValueKind.False => false,
        JsonValueKind.True => true,
        _ => throw Wrong("true or false"),
    };

    public IReadOnlyList<JsonMember> Items()
    {
        var path = Path;
        return Element.ValueKind == JsonValueKind.Array ? [.. Element.EnumerateArray().Select((item, i) => new JsonMember(item, $"{path}[{i}]"))] : throw Wrong("an array");
    }

    public ConvoException Wrong(string expected) => ConvoException.Invalid(Path, IsNothing ? $"{Path} is missing; it must be {expected}." : $"{Path} must be {expected}.");

    public ConvoException Unsupported(string detail) => new(ProblemKind.Invalid, "unsupported_parameter", detail) { Field = Path };
}
