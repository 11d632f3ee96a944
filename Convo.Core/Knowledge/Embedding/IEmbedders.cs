namespace Convo.Core.Knowledge;

/// <summary>
/// Which embedder serves what. The configured one is not always the one in use: after a change of model the stock is embedded again beside the
/// vectors in use, and search changes over when that is complete.
/// </summary>
public interface IEmbedders
{
    /// <summary>What the settings ask for.</summary>
    IEmbedder Configured { get; }

    /// <summary>The embedder of the vectors in use. When it cannot be had any more, the configured one, which finds what it has reached.</summary>
    Task<IEmbedder> ForSearchAsync(CancellationToken cancellationToken);

    /// <summary>What a new file is embedded with: the configured one first, then the one in use while that is another.</summary>
    Task<IReadOnlyList<IEmbedder>> ForIngestionAsync(CancellationToken cancellationToken);
}

/// <summary>Makes embedders of models other than the configured one, for the time that their vectors are still in use.</summary>
public interface IEmbedderSource
{
    /// <param name="modelId">An embedder's <see cref="IEmbedder.ModelId"/>.</param>
    /// <returns>Null when the model is not this source's, or is not connected.</returns>
    IEmbedder? Find(string modelId);
}
