namespace Convo.Core.Knowledge;

/// <summary>Remembers for some seconds which vectors are in use: each search needs to know, and it changes once in a year.</summary>
internal sealed class Embedders(IEmbedder configured, IEnumerable<IEmbedderSource> sources, IEmbeddingModelStore store, TimeProvider time) : IEmbedders
{
    private static readonly TimeSpan Remembered = TimeSpan.FromSeconds(5);

    private volatile Known? _known;

    public IEmbedder Configured => configured;

    public async Task<IEmbedder> ForSearchAsync(CancellationToken cancellationToken) =>
        await InUseAsync(cancellationToken).ConfigureAwait(false) ?? configured;

    public async Task<IReadOnlyList<IEmbedder>> ForIngestionAsync(CancellationToken cancellationToken) =>
        await InUseAsync(cancellationToken).ConfigureAwait(false) is { } used && used.ModelId != configured.ModelId ? [configured, used] : [configured];

    private async Task<IEmbedder?> InUseAsync(CancellationToken cancellationToken)
    {
        if (_known is { } known && time.GetElapsedTime(known.At) < Remembered)
        {
            return known.Embedder;
        }

        if (configured.Dimensions == 0 && !await LearnsAsync(cancellationToken).ConfigureAwait(false))
        {
            // Not remembered: the next search asks again.
            return null;
        }

        var model = await store.InUseAsync(configured.ModelId, configured.Dimensions, cancellationToken).ConfigureAwait(false);
        var embedder = model == configured.ModelId ? configured : Find(model);
        _known = new Known(embedder, time.GetTimestamp());
        return embedder;
    }

    /// <summary>The length of a model's vectors is learnt from its first answer.</summary>
    private async Task<bool> LearnsAsync(CancellationToken cancellationToken)
    {
        try
        {
            await configured.EmbedAsync(["Convo"], EmbeddingPurpose.Query, cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            // Whoever asked the embedder for something real meets the fault itself, and tells of it.
            return false;
        }
    }

    private IEmbedder? Find(string model) => sources.Select(source => source.Find(model)).FirstOrDefault(embedder => embedder is not null);

    private sealed record Known(IEmbedder? Embedder, long At);
}

/// <summary>The built-in embedder, which can always be had.</summary>
internal sealed class BuiltInEmbedders : IEmbedderSource
{
    private readonly LexicalEmbedder _lexical = new();

    public IEmbedder? Find(string modelId) => modelId == _lexical.ModelId ? _lexical : null;
}
