using System.ClientModel;
using System.ClientModel.Primitives;
using System.Text.Json;
using Convo.Core.Models.Providers.Http;
using Convo.Core.Models.Providers.Streams;
using Microsoft.Extensions.AI;
using OpenAI;

namespace Convo.Core.Models.Providers.OpenAI;

/// <summary>
/// One address that speaks OpenAI's protocol: OpenAI itself, or a compatible server (Ollama, vLLM, LM Studio, OpenRouter, Gemini's door);
/// with a translator, one that speaks another.
/// </summary>
internal sealed class OpenAIEndpoint : IChatEndpoint
{
    private readonly ProviderIdentity _identity;
    private readonly HttpClient _http;
    private readonly OpenAIClient _client;
    private readonly bool _isOpenAI;

    public OpenAIEndpoint(ProviderIdentity identity, Uri baseUrl, string? apiKey, TimeSpan connectTimeout, TimeProvider time, RequestTranslator? translator = null)
    {
        _identity = identity;
        _isOpenAI = baseUrl.Host == "api.openai.com";
        var habits = new EndpointHabits(sendsDone: _isOpenAI);
        _http = ProviderHttp.Create(identity, baseUrl, connectTimeout, time, inside: inner => new AnswerStreamHandler(
            identity, habits, () => ChatChunkWriter.Instance, translator is null ? inner : new RequestTranslatorHandler(translator, baseUrl, inner)));
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

    public IEmbeddingGenerator<string, Embedding<float>> Embeddings(string model) => _client.GetEmbeddingClient(model).AsIEmbeddingGenerator();

    /// <summary>The ids that <c>GET /models</c> lists.</summary>
    /// <exception cref="ProviderException">It does not answer, or not with a list.</exception>
    public async Task<IReadOnlyList<string>> ListModelsAsync(CancellationToken cancellationToken)
    {
        var result = await _client.GetOpenAIModelClient().GetModelsAsync(new RequestOptions { CancellationToken = cancellationToken }).ConfigureAwait(false);
        try
        {
            // Read leniently: compatible servers leave out members that the SDK's own model asks for.
            using var document = JsonDocument.Parse(result.GetRawResponse().Content);
            return ModelIds.Read(document.RootElement);
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw ProviderFailures.BadResponse(_identity, "did not answer with a list of models", e);
        }
    }

    public void Dispose() => _http.Dispose();
}
