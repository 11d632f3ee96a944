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

/// <summary>Remembers what embedding would have cost.</summary>
internal sealed class EmbeddingUses : IEmbeddingMeter
{
    public ConcurrentQueue<EmbeddingUse> Recorded { get; } = new();

    public Task RecordAsync(EmbeddingUse use, CancellationToken cancellationToken)
    {
        Recorded.Enqueue(use);
        return Task.CompletedTask;
    }
}
