using System.Collections.Concurrent;
using Convo.Core.Models.Providers;
using Microsoft.Extensions.AI;

namespace Convo.Core.Models;

internal sealed class ChatClients(IEnumerable<IModelProvider> providers, ChatPipeline pipeline) : IChatClients
{
    private readonly Dictionary<string, IModelProvider> _providers = providers.ToDictionary(p => p.Id);

    // Keyed by the whole record: a model whose limits or prices were changed gets a pipeline of its own.
    private readonly ConcurrentDictionary<ModelInfo, IChatClient> _clients = new();

    public IChatClient For(ModelInfo model) => _clients.GetOrAdd(model, Build);

    private IChatClient Build(ModelInfo model) =>
        _providers.TryGetValue(model.Provider, out var provider)
            ? pipeline.Around(provider.Create(model), model, provider.Name)
            : throw new ProviderException(ProviderErrors.ModelNotFound, "The provider of this model is not connected any more. Choose another model.");
}
