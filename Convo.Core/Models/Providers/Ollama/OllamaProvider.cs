using Convo.Core.Models.Providers.OpenAI;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;

namespace Convo.Core.Models.Providers.Ollama;

/// <summary>A local Ollama on its usual port, offered while it answers there. It speaks OpenAI's protocol under <c>/v1</c>.</summary>
internal sealed class OllamaProvider : IDiscoverableProvider, IEmbeddingProvider, IDisposable
{
    public const string ProviderId = "ollama";
    private static readonly Uri UsualAddress = new("http://127.0.0.1:11434/v1");

    // Ollama's own default window is small, and it drops the beginning of a longer prompt without a word.
    private static readonly ShippedModels.Limits Unknown = new(Context: 8_192, MaxOutput: 2_048);

    // Answered from this machine, so every token is free.
    private static readonly ModelPrices Free = new(0, 0, 0);

    private readonly OpenAIEndpoint _endpoint;
    private readonly ModelOptions _options;

    public OllamaProvider(IOptions<ModelOptions> options, TimeProvider time)
    {
        _options = options.Value;
        var identity = new ProviderIdentity(ProviderId, Name, KeySetting: null, "the Ollama service", []);
        _endpoint = new OpenAIEndpoint(identity, UsualAddress, apiKey: null, _options.ConnectTimeout, time);
    }

    public string Id => ProviderId;

    public string Name => "Ollama";

    public IReadOnlyList<ModelInfo> Models => [];

    /// <summary>Not when a setting names the same server already.</summary>
    public DiscoveryUse Discovery =>
        _options.Compatible.Select(p => p.BaseUrl).Append(_options.OpenAI.BaseUrl).Any(url => url?.Contains(":11434", StringComparison.Ordinal) == true) ? DiscoveryUse.None : DiscoveryUse.Offer;

    public Task<IReadOnlyList<string>> ListModelIdsAsync(CancellationToken cancellationToken) => _endpoint.ListModelsAsync(cancellationToken);

    public ModelInfo Describe(string id) => ShippedModels.Instance.Named(ProviderId, id, Unknown) with { Prices = Free };

    public IEmbeddingGenerator<string, Embedding<float>>? Embeddings(string model) => _endpoint.Embeddings(model);

    public IChatClient Create(ModelInfo model) => _endpoint.Chat(model.Id);

    public void Dispose() => _endpoint.Dispose();
}
