namespace Convo.Core.Knowledge;

/// <summary>What a text is embedded for; some models treat questions and passages differently.</summary>
public enum EmbeddingPurpose { Document, Query }

/// <summary>Maps texts to unit vectors whose inner product is their similarity.</summary>
public interface IEmbedder
{
    /// <summary>Names the vector space; vectors of different ids are never compared.</summary>
    string ModelId { get; }

    int Dimensions { get; }

    /// <summary>Who is called and paid; null for an embedder that runs here and costs nothing.</summary>
    EmbeddingSupplier? Supplier { get; }

    /// <summary>
    /// How much this embedder's ranking should count in rank fusion beside keyword search, which counts 1.
    /// A neural model is worth 1; the built-in lexical one sees the same words as keyword search and is worth less.
    /// </summary>
    double FusionWeight { get; }

    /// <returns>One vector a text, in order, each of <see cref="Dimensions"/> finite numbers; all zeros for a text without content.</returns>
    /// <exception cref="EmbeddingException">The model answered with something that cannot be used.</exception>
    Task<IReadOnlyList<float[]>> EmbedAsync(IReadOnlyList<string> texts, EmbeddingPurpose purpose, CancellationToken ct);
}

/// <param name="Provider">Stable id of the provider, such as <c>openai</c>.</param>
/// <param name="Model">The provider's name of the model.</param>
public sealed record EmbeddingSupplier(string Provider, string Model)
{
    /// <summary>Reads <c>provider/model</c>; a name without a provider is that of the model alone.</summary>
    public static EmbeddingSupplier Of(string modelId) =>
        modelId.IndexOf('/', StringComparison.Ordinal) is > 0 and var slash ? new(modelId[..slash], modelId[(slash + 1)..]) : new("embedding", modelId);
}

/// <summary>An embedding model answered with the wrong number of vectors, a wrong size, or numbers that are none.</summary>
public sealed class EmbeddingException(string message, Exception? inner = null) : Exception(message, inner);
