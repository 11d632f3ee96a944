using System.Text.Json;

namespace Convo.Core.Shared;

/// <summary>A place in somebody's JSON that knows its path, so that every refusal names it: <c>messages[0].content</c>.</summary>
public readonly record struct JsonMember(JsonElement Element, string Path)
{
    /// <summary>Missing, or null.</summary>
    public bool IsNothing => Element.ValueKind is JsonValueKind.Undefined or JsonValueKind.Null;

    public JsonMember this[string name] => new(Find(name), Path.Length == 0 ? name : $"{Path}.{name}");

    public string Text()
    {
        try
        {
            return Element.ValueKind == JsonValueKind.String ? Element.GetString()! : throw Wrong("a text");
        }
        catch (InvalidOperationException e)
        {
            throw NoText(e);
        }
    }

    /// <summary>Whether it is this text.</summary>
    public bool Is(string text) => Element.ValueKind == JsonValueKind.String && Text() == text;

    /// <summary>Every member of an object, by name.</summary>
    public IReadOnlyList<(string Name, JsonMember Member)> Members()
    {
        if (Element.ValueKind != JsonValueKind.Object)
        {
            throw Wrong("an object");
        }

        try
        {
            var path = Path;
            return [.. Element.EnumerateObject().Select(p => (p.Name, new JsonMember(p.Value, path.Length == 0 ? p.Name : $"{path}.{p.Name}")))];
        }
        catch (InvalidOperationException e)
        {
            throw NoText(e);
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

    private JsonElement Find(string name)
    {
        try
        {
            return Element.ValueKind == JsonValueKind.Object && Element.TryGetProperty(name, out var member) ? member : default;
        }
        catch (InvalidOperationException e)
        {
            // A name beside the one that is looked for is no text.
            throw NoText(e);
        }
    }

    private ConvoException NoText(Exception inner) => new(
        ProblemKind.Invalid, "invalid_request", $"{(Path.Length == 0 ? "The JSON" : Path)} holds half of a surrogate pair, which is no text.", inner) { Field = Path.Length == 0 ? null : Path };

    public ConvoException Wrong(string expected) => ConvoException.Invalid(Path, IsNothing ? $"{Path} is missing; it must be {expected}." : $"{Path} must be {expected}.");

    public ConvoException Unsupported(string detail) => new(ProblemKind.Invalid, "unsupported_parameter", detail) { Field = Path };
}
