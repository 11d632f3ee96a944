using Convo.Core.Accounts;

namespace Convo.Core.Models;

/// <summary>What administrators changed, in the database. Each change is written with its audit line.</summary>
public interface IModelStore
{
    Task<IReadOnlyList<ModelOverride>> LoadAsync(CancellationToken cancellationToken);

    /// <exception cref="Shared.ConvoException">404 when a team or a person of the audience does not exist.</exception>
    Task SaveAsync(ModelOverride model, AuditEntry audit, CancellationToken cancellationToken);

    /// <returns>False when nothing was changed of that model.</returns>
    Task<bool> DeleteAsync(string provider, string id, AuditEntry audit, CancellationToken cancellationToken);

    /// <summary>Gives these models the places 0, 1, 2 …, and all others none.</summary>
    Task ReorderAsync(IReadOnlyList<(string Provider, string Id)> order, AuditEntry audit, CancellationToken cancellationToken);
}

/// <summary>Tells every node that the catalogue was changed. Losing a message costs seconds: nodes look by themselves too.</summary>
public interface IModelSignals
{
    Task AnnounceAsync(CancellationToken cancellationToken);

    /// <summary>Calls <paramref name="changed"/> at every announcement until disposed.</summary>
    Task<IAsyncDisposable> ListenAsync(Action changed, CancellationToken cancellationToken);
}
