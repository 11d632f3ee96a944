using System.Collections.Concurrent;
using Convo.Core.Knowledge;

namespace Convo.Tests.Fakes;

/// <summary>Remembers which files a job was asked for.</summary>
internal sealed class QueueList : IIngestionQueue
{
    public ConcurrentQueue<(Guid AttachmentId, DateTimeOffset? NotBefore)> Asked { get; } = new();

    public Task EnqueueAsync(Guid attachmentId, DateTimeOffset? notBefore, CancellationToken cancellationToken)
    {
        Asked.Enqueue((attachmentId, notBefore));
        return Task.CompletedTask;
    }
}

/// <summary>Embeds for everybody, and remembers who would have paid.</summary>
internal sealed class EmbeddingUses : IEmbeddingMeter
{
    public ConcurrentQueue<EmbeddingPayer> Recorded { get; } = new();

    public Task<IReadOnlyList<float[]>> EmbedAsync(
        EmbeddingPayer payer, IEmbedder embedder, IReadOnlyList<string> texts, EmbeddingPurpose purpose, CancellationToken cancellationToken)
    {
        Recorded.Enqueue(payer);
        return embedder.EmbedAsync(texts, purpose, cancellationToken);
    }
}
