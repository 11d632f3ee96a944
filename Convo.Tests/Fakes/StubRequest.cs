using System.Text.Json.Nodes;
using Microsoft.AspNetCore.Http;

namespace Convo.Tests.Fakes;

/// <summary>A request as the provider saw it.</summary>
public sealed record StubRequest(string Method, string Path, IReadOnlyDictionary<string, string> Headers, JsonNode? Json, CancellationToken Aborted)
{
    public bool IsModelList => Method == "GET" && Path.EndsWith("/models", StringComparison.Ordinal);

    public bool IsEmbeddings => Path.EndsWith("/embeddings", StringComparison.Ordinal);

    public bool IsChat => Method == "POST" && !IsEmbeddings;

    public bool WantsStream => Json?["stream"]?.GetValue<bool>() ?? false;

    public bool WantsUsage => Json?["stream_options"]?["include_usage"]?.GetValue<bool>() ?? false;

    public string? Model => Json?["model"]?.GetValue<string>();

    /// <summary>The text of the last message with role <c>user</c>, its parts joined.</summary>
    public string LastUserText => TextOf(Json?["messages"]?.AsArray().LastOrDefault(m => m?["role"]?.GetValue<string>() == "user")?["content"]);

    /// <summary>The text of every message, in order.</summary>
    public IReadOnlyList<string> Texts => [.. Json?["messages"]?.AsArray().Select(m => TextOf(m?["content"])) ?? []];

    /// <summary>Completes when the client closed the connection before the reply was over.</summary>
    public Task Disconnected => _disconnected.Task;

    private readonly TaskCompletionSource _disconnected = new(TaskCreationOptions.RunContinuationsAsynchronously);

    internal static async Task<StubRequest> ReadAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        var body = await reader.ReadToEndAsync(http.RequestAborted);
        var headers = http.Request.Headers.ToDictionary(h => h.Key, h => h.Value.ToString(), StringComparer.OrdinalIgnoreCase);
        var request = new StubRequest(
            http.Request.Method, http.Request.Path, headers, body.Length == 0 ? null : JsonNode.Parse(body), http.RequestAborted);
        http.RequestAborted.Register(() => request._disconnected.TrySetResult());
        return request;
    }

    private static string TextOf(JsonNode? content) => content switch
    {
        JsonArray parts => string.Concat(parts.Select(p => p?["text"]?.GetValue<string>())),
        JsonValue value => value.GetValue<string>(),
        _ => "",
    };
}
