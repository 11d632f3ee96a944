using System.ClientModel;
using System.ClientModel.Primitives;
using Azure.AI.OpenAI;
using Convo.Core.Models.Providers.Http;
using Convo.Core.Models.Providers.OpenAI;
using Convo.Core.Models.Providers.Streams;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;

namespace Convo.Core.Models.Providers.AzureOpenAI;

/// <summary>
/// Azure OpenAI. What people choose is a deployment, whose name the organisation made up; <c>AZURE_OPENAI_MODELS</c> lists them. The
/// resource cannot be asked for its deployments with a key, so the check tells about key and address only.
/// </summary>
internal sealed class AzureOpenAIProvider : IDiscoverableProvider, IEmbeddingProvider, IDisposable
{
    public const string ProviderId = "azure";
    private const string CheckPath = "openai/models?api-version=2024-10-21";
    private static readonly ShippedModels.Limits Unknown = new(Context: 128_000, MaxOutput: 16_384);

    private readonly ProviderSettings _settings;
    private readonly HttpClient? _http;
    private readonly AzureOpenAIClient? _client;

    public AzureOpenAIProvider(IOptions<ModelOptions> options, TimeProvider time)
    {
        _settings = options.Value.AzureOpenAI;
        if (_settings is not { ApiKey: { } key, BaseUrl: { } url })
        {
            return;
        }

        var identity = new ProviderIdentity(ProviderId, Name, ModelSettings.AzureKey, ModelSettings.AzureEndpoint, [key]);
        var address = new Uri(url.TrimEnd('/') + "/");
        var habits = new EndpointHabits(sendsDone: true);
        _http = ProviderHttp.Create(identity, address, options.Value.ConnectTimeout, time, inside: inner =>
            new AnswerStreamHandler(identity, habits, () => ChatChunkWriter.Instance, inner));
        _http.BaseAddress = address;
        _http.DefaultRequestHeaders.Add("api-key", key);
        _client = new AzureOpenAIClient(
            address,
            new ApiKeyCredential(key),
            new AzureOpenAIClientOptions
            {
                Transport = new HttpClientPipelineTransport(_http),
                RetryPolicy = new ClientRetryPolicy(maxRetries: 0),
                NetworkTimeout = Timeout.InfiniteTimeSpan,
            });
    }

    public string Id => ProviderId;

    public string Name => "Azure OpenAI";

    public IReadOnlyList<ModelInfo> Models => _client is null ? [] : [.. _settings.Models.Select(Describe)];

    public DiscoveryUse Discovery => _client is null ? DiscoveryUse.None : DiscoveryUse.Check;

    public async Task<IReadOnlyList<string>> ListModelIdsAsync(CancellationToken cancellationToken)
    {
        using var response = await _http!.GetAsync(new Uri(CheckPath, UriKind.Relative), cancellationToken).ConfigureAwait(false);
        return [];
    }

    public ModelInfo Describe(string id) => ShippedModels.Instance.Named(ProviderId, id, Unknown);

    public IEmbeddingGenerator<string, Embedding<float>>? Embeddings(string model) => _client?.GetEmbeddingClient(model).AsIEmbeddingGenerator();

    public IChatClient Create(ModelInfo model) => _client!.GetChatClient(model.Id).AsIChatClient();

    public void Dispose() => _http?.Dispose();
}
