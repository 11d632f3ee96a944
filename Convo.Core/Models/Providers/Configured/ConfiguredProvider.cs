using Convo.Core.Models.Providers.Anthropic;
using Convo.Core.Models.Providers.Gemini;
using Convo.Core.Models.Providers.OpenAI;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;

namespace Convo.Core.Models.Providers.Configured;

/// <summary>
/// A further server by configuration alone, <c>Convo:Providers:&lt;id&gt;</c>: vLLM, LM Studio, OpenRouter, a gateway of the organisation's own,
/// in whichever of the protocols it speaks. It offers the models that are named, else those it lists.
/// </summary>
internal sealed class ConfiguredProvider : IDiscoverableProvider, IEmbeddingProvider, IDisposable
{
    // Servers of one's own run small windows more often than large ones, and a prompt that is too long fails.
    private static readonly ShippedModels.Limits Unknown = new(Context: 32_768, MaxOutput: 4_096);

    private readonly CompatibleSettings _settings;
    private readonly IChatEndpoint _endpoint;

    public ConfiguredProvider(string id, IOptions<ModelOptions> options, TimeProvider time)
    {
        _settings = options.Value.Compatible.Single(p => p.Id == id);
        var section = $"{ModelSettings.ProvidersSection}:{id}";
        var identity = new ProviderIdentity(
            id, Name, _settings.ApiKey is null ? null : $"{section}:ApiKey", $"{section}:BaseUrl", _settings.ApiKey is { } key ? [key] : []);
        var address = new Uri(_settings.BaseUrl!);
        var connect = options.Value.ConnectTimeout;
        _endpoint = _settings.Protocol switch
        {
            ProviderProtocol.Anthropic => new AnthropicEndpoint(identity, address, _settings.ApiKey, connect, time),
            ProviderProtocol.Gemini => new OpenAIEndpoint(identity, address, _settings.ApiKey, connect, time, new GeminiTranslator(_settings.ApiKey)),
            ProviderProtocol.Responses => new OpenAIEndpoint(identity, address, _settings.ApiKey, connect, time, new ResponsesTranslator()),
            _ => new OpenAIEndpoint(identity, address, _settings.ApiKey, connect, time),
        };
    }

    public string Id => _settings.Id;

    public string Name => _settings.Name ?? _settings.Id;

    public IReadOnlyList<ModelInfo> Models => [.. _settings.Models.Select(Describe)];

    public DiscoveryUse Discovery => _settings.Models.Count == 0 ? DiscoveryUse.Offer : DiscoveryUse.CheckModels;

    public Task<IReadOnlyList<string>> ListModelIdsAsync(CancellationToken cancellationToken) => _endpoint.ListModelsAsync(cancellationToken);

    public ModelInfo Describe(string id) => ShippedModels.Instance.Named(_settings.Id, id, Unknown) with
    {
        MaxTemperature = _settings.Protocol == ProviderProtocol.Anthropic ? 1 : 2,
    };

    // A server whose chat speaks another protocol has its embeddings elsewhere.
    public IEmbeddingGenerator<string, Embedding<float>>? Embeddings(string model) =>
        _settings.Protocol is not (ProviderProtocol.Anthropic or ProviderProtocol.Gemini) && _endpoint is OpenAIEndpoint endpoint ? endpoint.Embeddings(model) : null;

    public IChatClient Create(ModelInfo model) => _endpoint.Chat(model.Id);

    public void Dispose() => _endpoint.Dispose();
}
