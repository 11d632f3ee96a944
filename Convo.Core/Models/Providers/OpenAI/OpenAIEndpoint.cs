using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text.Json;
using Convo.Core.Models.Providers.Http;
using Microsoft.Extensions.AI;
using OpenAI;

namespace Convo.Core.Models.Providers.OpenAI;

/// <summary>
/// One address that speaks OpenAI's protocol: OpenAI itself, or a compatible server (Ollama, vLLM, LM Studio, OpenRouter, Gemini's door).
/// </summary>
internal sealed class OpenAIEndpoint : IDisposable
{
    private readonly ProviderIdentity _identity;
    private readonly HttpClient _http;
    private readonly OpenAIClient _client;
    private readonly bool _isOpenAI;

    public OpenAIEndpoint(ProviderIdentity identity, Uri baseUrl, string? apiKey, TimeSpan connectTimeout, TimeProvider time)
    {
        _identity = identity;
        _isOpenAI = baseUrl.Host == "api.openai.com";
        var habits = new EndpointHabits(sendsDone: _isOpenAI);
        _http = ProviderHttp.Create(identity, baseUrl, connectTimeout, time, inside: inner => new ChatStreamHandler(identity, habits, inner));
        _client = new OpenAIClient(
            // Servers without a key ignore it; the SDK wants one.
            new ApiKeyCredential(apiKey ?? "none"),
            new OpenAIClientOptions
            {
                Endpoint = new Uri(baseUrl.AbsoluteUri.TrimEnd('/')),
                Transport = new HttpClientPipelineTransport(_http),
                // Retries and timeouts are the pipeline's: it knows whether a word has been shown.
                RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
                NetworkTimeout = Timeout.InfiniteTimeSpan,
            });
    }

    public IChatClient Chat(string model)
    {
        var client = _client.GetChatClient(model).AsIChatClient();
        return _isOpenAI ? client : new MaxTokensChatClient(client);
    }

    /// <summary>The ids that <c>GET /models</c> lists.</summary>
    /// <exception cref="ProviderException">It does not answer, or not with a list.</exception>
    public async Task<IReadOnlyList<string>> ListModelsAsync(CancellationToken cancellationToken)
    {
        var result = await _client.GetOpenAIModelClient().GetModelsAsync(new RequestOptions { CancellationToken = cancellationToken }).ConfigureAwait(false);
        try
        {
            // Read leniently: compatible servers leave out members that the SDK's own model asks for.
            using var document = JsonDocument.Parse(result.GetRawResponse().Content);
            return [.. document.RootElement.GetProperty("data").EnumerateArray().Select(m => m.GetProperty("id").GetString()).OfType<string>()];
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException)
        {
            throw ProviderFailures.BadResponse(_identity, "did not answer with a list of models", e);
        }
    }

    public void Dispose() => _http.Dispose();
}
