using Microsoft.Extensions.AI;

namespace Convo.Core.Models.Providers;

/// <summary>A provider that also turns texts into vectors.</summary>
internal interface IEmbeddingProvider : IModelProvider
{
    /// <summary>A bare client of an embedding model; null when the provider is not connected or has none.</summary>
    IEmbeddingGenerator<string, Embedding<float>>? Embeddings(string model);
}
