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
        var isData = root.Member("data").ValueKind == JsonValueKind.Array;
        return
        [
            .. root.Member(isData ? "data" : "models").EnumerateArray().Select(m => m.Text(isData ? "id" : "name") ?? throw new InvalidOperationException("A model without a name."))
                .Select(id => id.StartsWith(GeminiFolder, StringComparison.Ordinal) ? id[GeminiFolder.Length..] : id),
        ];
    }
}
