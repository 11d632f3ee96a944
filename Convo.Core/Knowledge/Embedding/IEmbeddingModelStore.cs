using Convo.Core.Shared;

namespace Convo.Core.Knowledge;

/// <summary>Which embedding models have vectors, and how far a new one has come.</summary>
public interface IEmbeddingModelStore
{
    /// <summary>The model whose vectors are searched; the given one becomes it when there is none yet.</summary>
    Task<string> InUseAsync(string model, int dimensions, CancellationToken cancellationToken);

    /// <summary>Notes that a model is being prepared.</summary>
    /// <returns>False when it went out of use so recently that a node with older settings may be asking.</returns>
    Task<bool> BeginAsync(string model, int dimensions, CancellationToken cancellationToken);

    /// <summary>Passages that have no vector of the model yet, by id.</summary>
    Task<IReadOnlyList<BarePassage>> NextAsync(string model, Guid after, int limit, CancellationToken cancellationToken);

    /// <summary>Keeps vectors; passages that were deleted meanwhile are left out, those that have one by now keep it.</summary>
    Task SaveAsync(string model, IReadOnlyList<PassageVector> vectors, CancellationToken cancellationToken);

    /// <summary>Builds the model's index if it needs one, then searches it from now on if no passage lacks its vector; the one before retires.</summary>
    /// <returns>False when passages came in meanwhile that lack one.</returns>
    Task<bool> TrySwitchAsync(string model, CancellationToken cancellationToken);

    /// <summary>Deletes vectors of models that went out of use long enough ago that no node searches them any more.</summary>
    Task ForgetRetiredAsync(CancellationToken cancellationToken);

    /// <summary>Keeps why the last run ended early; null when it did not.</summary>
    Task NoteAsync(string model, Problem? problem, CancellationToken cancellationToken);

    Task<IReadOnlyList<EmbeddingModelState>> ListAsync(CancellationToken cancellationToken);
}

/// <param name="Title">Its file's name without the type.</param>
public sealed record BarePassage(Guid ChunkId, string Title, string? HeadingPath, string Content, int TokenCount);

public sealed record PassageVector(Guid ChunkId, float[] Embedding);

public enum EmbeddingModelStage
{
    /// <summary>Its vectors are being made.</summary>
    Building,
    /// <summary>Its vectors are searched.</summary>
    Active,
    /// <summary>Its vectors wait to be deleted.</summary>
    Retired,
}

/// <param name="Done">Passages that have its vector.</param>
/// <param name="All">Passages there are.</param>
public sealed record EmbeddingModelState(
    string Model, int Dimensions, EmbeddingModelStage Stage, long Done, long All, DateTimeOffset StartedAt, DateTimeOffset? ActiveSince, string? ErrorCode, string? ErrorDetail);
