using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;

namespace Convo.Core.Models.Providers.OpenAI;

/// <summary>
/// OpenAI, or the compatible server that <c>OPENAI_BASE_URL</c> names. At OpenAI the shipped models are offered; at another address what
/// <c>OPENAI_MODELS</c> names, else what the server lists, and until it lists anything the shipped names, without prices.
/// </summary>
internal sealed class OpenAIProvider : IDiscoverableProvider, IEmbeddingProvider, IDisposable
{
    public const string ProviderId = "openai";
    private static readonly Uri OwnAddress = new("https://api.openai.com/v1");
    private static readonly ShippedModels.Limits UnknownOpenAI = new(Context: 128_000, MaxOutput: 16_384);

    // Servers of one's own run small windows more often than large ones, and a prompt that is too long fails.
    private static readonly ShippedModels.Limits Unknown = new(Context: 32_768, MaxOutput: 4_096);

    private readonly ProviderSettings _settings;
    private readonly bool _isOpenAI;
    private readonly OpenAIEndpoint? _endpoint;

    public OpenAIProvider(IOptions<ModelOptions> options, TimeProvider time)
    {
        _settings = options.Value.OpenAI;
        var baseUrl = _settings.BaseUrl is { } url ? new Uri(url) : OwnAddress;
        _isOpenAI = baseUrl.Host == OwnAddress.Host;
        if (_settings.ApiKey is null && _settings.BaseUrl is null)
        {
            return;
        }

        var identity = new ProviderIdentity(
            ProviderId, Name, _settings.ApiKey is null && !_isOpenAI ? null : ModelSettings.OpenAIKey,
            ModelSettings.OpenAIBaseUrl, _settings.ApiKey is { } key ? [key] : []);
        _endpoint = new OpenAIEndpoint(identity, baseUrl, _settings.ApiKey, options.Value.ConnectTimeout, time);
    }

    public string Id => ProviderId;

    // Members read failure messages; the address of an inside server is not for them.
    public string Name => _isOpenAI ? "OpenAI" : "The model server";

    public IReadOnlyList<ModelInfo> Models
    {
        get
        {
            if (_endpoint is null)
            {
                return [];
            }

            if (_isOpenAI)
            {
                return ShippedModels.Instance.WithNamed(ProviderId, _settings.Models, UnknownOpenAI);
            }

            return _settings.Models.Count > 0 ? [.. _settings.Models.Select(Named)] : [.. ShippedModels.Instance.Of(ProviderId).Select(m => m with { Prices = null })];
        }
    }

    public DiscoveryUse Discovery => _endpoint is null ? DiscoveryUse.None : !_isOpenAI && _settings.Models.Count == 0 ? DiscoveryUse.Offer : DiscoveryUse.CheckModels;

    public Task<IReadOnlyList<string>> ListModelIdsAsync(CancellationToken cancellationToken) => _endpoint!.ListModelsAsync(cancellationToken);

    public ModelInfo Describe(string id) => _isOpenAI ? ShippedModels.Instance.Known(ProviderId, id, UnknownOpenAI) : Named(id);

    public IEmbeddingGenerator<string, Embedding<float>>? Embeddings(string model) => _endpoint?.Embeddings(model);

    public IChatClient Create(ModelInfo model) => _endpoint!.Chat(model.Id);

    public void Dispose() => _endpoint?.Dispose();

    private static ModelInfo Named(string id) => ShippedModels.Instance.Named(ProviderId, id, Unknown);
}
