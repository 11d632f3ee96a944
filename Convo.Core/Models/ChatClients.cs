using System.Collections.Concurrent;
using Convo.Core.Models.Middleware;
using Convo.Core.Models.Providers;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace Convo.Core.Models;

internal sealed class ChatClients(IEnumerable<IModelProvider> providers, ChatPipeline pipeline, ILogger<ChatClients> logger) : IChatClients
{
    /// <summary>Prices and limits that were changed leave clients behind; they hold no connection of their own.</summary>
    private const int MostClients = 1000;

    private readonly Dictionary<string, IModelProvider> _providers = providers.ToDictionary(p => p.Id);

    // Keyed by the whole record: a model whose limits or prices were changed gets a pipeline of its own.
    private readonly ConcurrentDictionary<ModelInfo, IChatClient> _clients = new();

    public IChatClient For(ModelInfo model)
    {
        if (_clients.Count > MostClients)
        {
            _clients.Clear();
        }

        return _clients.GetOrAdd(model, Build);
    }

    public IChatClient For(ModelInfo model, IReadOnlyList<ModelInfo> fallbacks) =>
        fallbacks.Count == 0
            ? For(model)
            : new FallbackChatClient(For(model), [.. fallbacks.Select(f => (f, (Func<IChatClient>)(() => For(f))))], logger);

    private IChatClient Build(ModelInfo model) =>
        _providers.TryGetValue(model.Provider, out var provider) && (provider.Models.Count > 0 || provider is not IDiscoverableProvider { Discovery: DiscoveryUse.None })
            ? pipeline.Around(provider.Create(model), model, provider.Name)
            : throw new ProviderException(ProviderErrors.ModelNotFound, "The provider of this model is not connected any more. Choose another model.");
}
