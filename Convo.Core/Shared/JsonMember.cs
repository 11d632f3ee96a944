using System.Text.Json;

namespace Convo.Core.Shared;

/// <summary>A place in somebody's JSON that knows its path, so that every refusal names it: <c>messages[0].content</c>.</summary>
public readonly record struct JsonMember(JsonElement Element, string Path)
{
    /// <summary>Missing, or null.</summary>
    public bool IsNothing => Element.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null;

    public JsonMember this[string name] => new(
        Element.ValueKind == JsonValueKind.Object && Element.TryGetProperty(name, out var member) ? member : default,
        Path.Length == 0 ? name : $"{Path}.{name}");

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
