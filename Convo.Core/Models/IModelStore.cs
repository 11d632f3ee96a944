using Convo.Core.Accounts;

namespace Convo.Core.Models;

/// <summary>What administrators changed, in the database. Each change is written with its audit line.</summary>
public interface IModelStore
{
    Task<IReadOnlyList<ModelOverride>> LoadAsync(CancellationToken cancellationToken);

    /// <summary>The teams that a model can be given to, by name.</summary>
    Task<IReadOnlyList<TeamName>> TeamsAsync(CancellationToken cancellationToken);

    /// <exception cref="Shared.ConvoException">404 when a team or a person of the audience does not exist.</exception>
    Task SaveAsync(ModelOverride model, AuditEntry audit, CancellationToken cancellationToken);

    /// <returns>False when nothing was changed of that model.</returns>
    Task<bool> DeleteAsync(string provider, string id, AuditEntry audit, CancellationToken cancellationToken);

    /// <summary>Gives these models the places 0, 1, 2 …, and all others none.</summary>
    Task ReorderAsync(IReadOnlyList<(string Provider, string Id)> order, AuditEntry audit, CancellationToken cancellationToken);
}

public sealed record TeamName(Guid Id, string Name);

/// <summary>Tells every node that the catalogue was changed. Losing a message costs seconds: nodes look by themselves too.</summary>
public interface IModelSignals
{
    Task AnnounceAsync(CancellationToken cancellationToken);

    /// <summary>Calls <paramref name="changed"/> at every announcement until disposed.</summary>
    Task<IAsyncDisposable> ListenAsync(Action changed, CancellationToken cancellationToken);
}
