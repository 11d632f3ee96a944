using Convo.Core.Models.Providers.OpenAI;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;

namespace Convo.Core.Models.Providers.Gemini;

/// <summary>Gemini through Google's OpenAI-compatible endpoint (https://ai.google.dev/gemini-api/docs/openai).</summary>
internal sealed class GeminiProvider : IDiscoverableProvider, IEmbeddingProvider, IDisposable
{
    public const string ProviderId = "gemini";
    private static readonly Uri OwnAddress = new("https://generativelanguage.googleapis.com/v1beta/openai");
    private static readonly ShippedModels.Limits Unknown = new(Context: 128_000, MaxOutput: 8_192);

    private readonly ProviderSettings _settings;
    private readonly OpenAIEndpoint? _endpoint;

    public GeminiProvider(IOptions<ModelOptions> options, TimeProvider time)
    {
        _settings = options.Value.Gemini;
        if (_settings.ApiKey is { } key)
        {
            var identity = new ProviderIdentity(ProviderId, Name, ModelSettings.GeminiKey, ModelSettings.GeminiBaseUrl, [key]);
            _endpoint = new OpenAIEndpoint(identity, _settings.BaseUrl is { } url ? new Uri(url) : OwnAddress, key, options.Value.ConnectTimeout, time);
        }
    }

    public string Id => ProviderId;

    public string Name => "Gemini";

    public IReadOnlyList<ModelInfo> Models => _endpoint is null ? [] : ShippedModels.Instance.WithNamed(ProviderId, _settings.Models, Unknown);

    public DiscoveryUse Discovery => _endpoint is null ? DiscoveryUse.None : DiscoveryUse.CheckModels;

    public Task<IReadOnlyList<string>> ListModelIdsAsync(CancellationToken cancellationToken) => _endpoint!.ListModelsAsync(cancellationToken);

    public ModelInfo Describe(string id) => ShippedModels.Instance.Known(ProviderId, id, Unknown);

    public IEmbeddingGenerator<string, Embedding<float>>? Embeddings(string model) => _endpoint?.Embeddings(model);

    public IChatClient Create(ModelInfo model) => _endpoint!.Chat(model.Id);

    public void Dispose() => _endpoint?.Dispose();
}
