using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;

namespace Convo.Core.Models.Providers.Anthropic;

/// <summary>Anthropic, through its official SDK.</summary>
internal sealed class AnthropicProvider : IDiscoverableProvider, IDisposable
{
    public const string ProviderId = "anthropic";
    private static readonly Uri OwnAddress = new("https://api.anthropic.com");
    private static readonly ShippedModels.Limits Unknown = new(Context: 200_000, MaxOutput: 32_000);

    private readonly ProviderSettings _settings;
    private readonly AnthropicEndpoint? _endpoint;

    public AnthropicProvider(IOptions<ModelOptions> options, TimeProvider time)
    {
        _settings = options.Value.Anthropic;
        // A gateway of one's own may need no key.
        if (_settings.ApiKey is not null || _settings.BaseUrl is not null)
        {
            var identity = new ProviderIdentity(
                ProviderId, Name, ModelSettings.AnthropicKey, ModelSettings.AnthropicBaseUrl, _settings.ApiKey is { } key ? [key] : []);
            var address = _settings.BaseUrl is { } url ? new Uri(url) : OwnAddress;
            _endpoint = new AnthropicEndpoint(identity, address, _settings.ApiKey, options.Value.ConnectTimeout, time);
        }
    }

    public string Id => ProviderId;

    public string Name => "Anthropic";

    public IReadOnlyList<ModelInfo> Models => _endpoint is null ? [] : [.. ShippedModels.Instance.WithNamed(ProviderId, _settings.Models, Unknown).Select(OnItsScale)];

    public DiscoveryUse Discovery => _endpoint is null ? DiscoveryUse.None : DiscoveryUse.CheckModels;

    public Task<IReadOnlyList<string>> ListModelIdsAsync(CancellationToken cancellationToken) => _endpoint!.ListModelsAsync(cancellationToken);

    public ModelInfo Describe(string id) => OnItsScale(ShippedModels.Instance.Known(ProviderId, id, Unknown));

    public IChatClient Create(ModelInfo model) => _endpoint!.Chat(model.Id);

    public void Dispose() => _endpoint?.Dispose();

    private static ModelInfo OnItsScale(ModelInfo model) => model with { MaxTemperature = 1 };
}
