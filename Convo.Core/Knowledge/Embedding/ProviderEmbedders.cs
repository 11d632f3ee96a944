using Convo.Core.Models.Providers;
using Convo.Core.Models.Providers.Ollama;

namespace Convo.Core.Knowledge;

/// <summary>Embedding models of the connected providers. An embedder's id is <c>provider/model</c>.</summary>
internal sealed class ProviderEmbedders(IEnumerable<IModelProvider> providers, TimeProvider time) : IEmbedderSource
{
    private readonly List<IEmbeddingProvider> _providers = [.. providers.OfType<IEmbeddingProvider>()];

    public IEmbedder? Find(string modelId) => modelId.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash ? Of(modelId[..slash], modelId[(slash + 1)..]) : null;

    /// <param name="provider">Its id; null: the first connected one.</param>
    /// <returns>Null when no such provider is connected.</returns>
    public IEmbedder? Of(string? provider, string model)
    {
        // A local Ollama is offered while it answers; it is not taken for an embedder that nobody named.
        foreach (var candidate in _providers.Where(p => provider is null ? p.Id != OllamaProvider.ProviderId : p.Id.Equals(provider, StringComparison.OrdinalIgnoreCase)))
        {
            if (candidate.Embeddings(model) is { } generator)
            {
                return new GeneratorEmbedder(generator, $"{candidate.Id}/{model}", dimensions: 0, time);
            }
        }

        return null;
    }
}
