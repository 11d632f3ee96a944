namespace Convo.Core.Accounts;

/// <summary>How much was deleted.</summary>
public sealed record DeletedData(int Threads, int Files, int Collections);

/// <summary>A person's right to their own data, and the organisation's retention period.</summary>
public interface IMyData
{
    /// <summary>
    /// Everything that Convo holds of the caller, as a zip: profile.json, usage.json, threads/*.json with every message, revision and citation,
    /// files.json with the original files beside it. No secret is in it.
    /// </summary>
    Task ExportAsync(Caller caller, Stream output, CancellationToken cancellationToken);

    /// <summary>Deletes the caller's threads, files and collections; the account stays. What was used stays in the ledger, as a figure.</summary>
    Task<DeletedData> DeleteAsync(Caller caller, CancellationToken cancellationToken);

    /// <summary>Deletes the caller's account with everything above. The person types their address, and their password where they have one.</summary>
    /// <exception cref="Shared.ConvoException">403 <c>confirmation_wrong</c>; 403 <c>browser_only</c> for a key; 409 <c>last_admin</c>.</exception>
    Task DeleteAccountAsync(Caller caller, string? email, string? password, CancellationToken cancellationToken);
}

/// <summary>Deletes what has outlived its time: threads and files beyond the retention period, sessions and links that ended long ago.</summary>
public interface IRetention
{
    Task ApplyAsync(CancellationToken cancellationToken);
}

/// <summary>A file as an export holds it.</summary>
public sealed record ExportedFile(Guid Id, string Filename);

public interface IMyDataRepository
{
    /// <summary>Account, team, keys, sessions, logins and collections as JSON, without secrets.</summary>
    Task<string> ProfileAsync(Guid userId, CancellationToken cancellationToken);

    /// <summary>The person's lines of the ledger as JSON.</summary>
    Task<string> UsageAsync(Guid userId, CancellationToken cancellationToken);

    Task<IReadOnlyList<Guid>> ThreadsAsync(Guid userId, CancellationToken cancellationToken);

    /// <summary>A thread with all its messages as JSON; null when it went meanwhile.</summary>
    Task<string?> ThreadAsync(Guid userId, Guid threadId, CancellationToken cancellationToken);

    Task<string> FilesAsync(Guid userId, CancellationToken cancellationToken);

    Task<IReadOnlyList<ExportedFile>> FileListAsync(Guid userId, CancellationToken cancellationToken);

    Task<DeletedData> DeleteAsync(Guid userId, AuditEntry audit, CancellationToken cancellationToken);

    /// <summary>Deletes up to <paramref name="limit"/> threads, and files that belong to none, untouched since then.</summary>
    Task<DeletedData> DeleteUntouchedAsync(DateTimeOffset before, int limit, CancellationToken cancellationToken);

    Task DeleteEndedLinksAsync(DateTimeOffset before, CancellationToken cancellationToken);

    Task AuditAsync(AuditEntry audit, CancellationToken cancellationToken);
}
