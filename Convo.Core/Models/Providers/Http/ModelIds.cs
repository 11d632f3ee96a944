using System.Text.Json;
using Convo.Core.Models.Providers.Streams;

namespace Convo.Core.Models.Providers.Http;

/// <summary>Reads a list of models leniently: compatible servers leave out members that SDKs ask for.</summary>
internal static class ModelIds
{
    private const string GeminiFolder = "models/";

    /// <exception cref="InvalidOperationException">It is no list: neither <c>{"data": [{"id"}]}</c> nor Gemini's <c>{"models": [{"name"}]}</c>.</exception>
    public static IReadOnlyList<string> Read(JsonElement root)
    {
        var list = root.Member("data") is { ValueKind: JsonValueKind.Array } data ? data : root.Member("models");
        return
        [
            .. list.EnumerateArray().Select(m => m.Text("id") ?? m.Text("name")).OfType<string>()
                .Select(id => id.StartsWith(GeminiFolder, StringComparison.Ordinal) ? id[GeminiFolder.Length..] : id),
        ];
    }
}
