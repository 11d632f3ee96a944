namespace Convo.Core.Knowledge;

/// <summary>Counts what embedding cost, for models that cost something.</summary>
public interface IEmbeddingMeter
{
    Task RecordAsync(EmbeddingUse use, CancellationToken cancellationToken);
}

/// <param name="UseId">Fresh for each use: the ledger takes it once.</param>
/// <param name="Model">The embedder's <see cref="IEmbedder.ModelId"/>.</param>
public sealed record EmbeddingUse(Guid UseId, Guid UserId, Guid? TeamId, Guid? ThreadId, string Model, int Tokens, DateTimeOffset At);
