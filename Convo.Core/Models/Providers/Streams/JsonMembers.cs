using System.Text.Json;

namespace Convo.Core.Models.Providers.Streams;

/// <summary>Reading members that may be missing or of another type than documented.</summary>
internal static class JsonMembers
{
    public static JsonElement Member(this JsonElement element, string name) =>
        element.ValueKind == JsonValueKind.Object && element.TryGetProperty(name, out var member) ? member : default;

    public static string? Text(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.String } member ? member.GetString() : null;

    public static int Number(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.Number } n && n.GetDouble() is >= 0 and < int.MaxValue and var value ? (int)value : 0;

    public static JsonElement.ArrayEnumerator Items(this JsonElement element, string name) =>
        element.Member(name) is { ValueKind: JsonValueKind.Array } array ? array.EnumerateArray() : default;
}
