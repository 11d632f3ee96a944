namespace Convo.Core.Accounts;

/// <summary>People who share collections and a budget.</summary>
/// <param name="Members">How many people are in it.</param>
public sealed record Team(Guid Id, string Name, int Members, DateTimeOffset CreatedAt);

/// <summary>Teams, for administrators only (403 <c>admin_only</c>). Each change writes the audit log.</summary>
public interface ITeamAdministration
{
    /// <summary>By name.</summary>
    Task<IReadOnlyList<Team>> ListAsync(Caller caller, CancellationToken cancellationToken);

    Task<Team> GetAsync(Caller caller, Guid teamId, CancellationToken cancellationToken);

    /// <exception cref="Shared.ConvoException">400 name; 409 <c>team_exists</c>.</exception>
    Task<Team> CreateAsync(Caller caller, string? name, CancellationToken cancellationToken);

    /// <exception cref="Shared.ConvoException">400 name; 404; 409 <c>team_exists</c>.</exception>
    Task<Team> RenameAsync(Caller caller, Guid teamId, string? name, CancellationToken cancellationToken);

    /// <summary>Its people stay, without a team; what was shared with the team is theirs no more.</summary>
    Task DeleteAsync(Caller caller, Guid teamId, CancellationToken cancellationToken);
}

public enum TeamOutcome
{
    Done,
    NotFound,
    NameTaken,
}

/// <summary>Each change is stored together with its audit entry.</summary>
public interface ITeamRepository
{
    /// <param name="teamId">Null lists every team.</param>
    Task<IReadOnlyList<Team>> ListAsync(Guid? teamId, CancellationToken cancellationToken);

    Task<TeamOutcome> CreateAsync(Guid teamId, string name, DateTimeOffset now, AuditEntry audit, CancellationToken cancellationToken);

    Task<TeamOutcome> RenameAsync(Guid teamId, string name, AuditEntry audit, CancellationToken cancellationToken);

    Task<TeamOutcome> DeleteAsync(Guid teamId, AuditEntry audit, CancellationToken cancellationToken);
}
