using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Serialization;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Convo.Core.Knowledge;

/// <summary>
/// A reranker behind the wire format that Cohere (v2 <c>/rerank</c>), Jina, and self-hosted servers (TEI's and vLLM's compatible routes) share:
/// question and documents in, <c>results: [{index, relevance_score}]</c> out. It fails open: search without it is a worse answer, not none.
/// </summary>
internal sealed partial class HttpReranker(IHttpClientFactory clients, IOptions<SearchOptions> options, TimeProvider time, ILogger<HttpReranker> logger) : IReranker
{
    private const int MaxAnswerBytes = 1 << 20;

    private readonly RerankOptions _options = options.Value.Rerank;

    public string? Name => _options.Endpoint is null ? null : _options.Model ?? _options.Endpoint.Host;

    public async Task<IReadOnlyList<double>?> ScoreAsync(string question, IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        if (_options.Endpoint is null || texts.Count == 0)
        {
            return null;
        }

        using var limit = new CancellationTokenSource(_options.Timeout, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellationToken);
        try
        {
            return await AskAsync(_options.Endpoint, question, texts, either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (cancellationToken.IsCancellationRequested)
        {
            throw;
        }
        catch (Exception e)
        {
            LogNoOrder(e);
            return null;
        }
    }

    private async Task<IReadOnlyList<double>> AskAsync(Uri endpoint, string question, IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, endpoint)
        {
            Content = JsonContent.Create(new Question(_options.Model, question, texts, texts.Count)),
        };
        if (_options.ApiKey is { Length: > 0 } key)
        {
            request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", key);
        }

        using var http = clients.CreateClient(nameof(HttpReranker));
        using var response = await http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken).ConfigureAwait(false);
        response.EnsureSuccessStatusCode();
        await response.Content.LoadIntoBufferAsync(MaxAnswerBytes, cancellationToken).ConfigureAwait(false);
        var answer = await response.Content.ReadFromJsonAsync<Answer>(cancellationToken).ConfigureAwait(false);

        // A passage that the server says nothing about was not among its best.
        var scores = new double[texts.Count];
        Array.Fill(scores, double.NegativeInfinity);
        foreach (var result in answer?.Results ?? throw new InvalidDataException("The reranker's answer has no results."))
        {
            scores[result.Index] = double.IsFinite(result.RelevanceScore)
                ? result.RelevanceScore
                : throw new InvalidDataException("The reranker's answer has a score that is no number.");
        }

        return scores;
    }

    private sealed record Question(
        [property: JsonPropertyName("model"), JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)] string? Model,
        [property: JsonPropertyName("query")] string Query,
        [property: JsonPropertyName("documents")] IReadOnlyList<string> Documents,
        [property: JsonPropertyName("top_n")] int TopN);

    private sealed record Answer([property: JsonPropertyName("results")] IReadOnlyList<Result>? Results);

    private sealed record Result([property: JsonPropertyName("index")] int Index, [property: JsonPropertyName("relevance_score")] double RelevanceScore);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The reranker did not order the passages; the order of the fusion stays")]
    private partial void LogNoOrder(Exception exception);
}
