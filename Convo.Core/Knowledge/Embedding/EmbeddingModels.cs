using Convo.Core.Accounts;

namespace Convo.Core.Knowledge;

/// <summary>For administrators: which embedding models have vectors, and how far a new one has come.</summary>
public interface IEmbeddingModels
{
    /// <summary>The newest first.</summary>
    Task<IReadOnlyList<EmbeddingModelState>> ListAsync(Caller caller, CancellationToken cancellationToken);
}

internal sealed class EmbeddingModels(IEmbeddingModelStore store) : IEmbeddingModels
{
    public Task<IReadOnlyList<EmbeddingModelState>> ListAsync(Caller caller, CancellationToken cancellationToken)
    {
        caller.RequireAdmin();
        return store.ListAsync(cancellationToken);
    }
}
