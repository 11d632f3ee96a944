using System.Text.Json;
using Convo.Core.Shared;

namespace Convo.Core.Accounts;

/// <summary>One line of the audit log as it is read.</summary>
/// <param name="ActorName">Null when Convo itself acted, or the person is gone.</param>
/// <param name="TargetName">What the target is called now, where it is a person or a team.</param>
public sealed record AuditLine(
    Guid Id,
    DateTimeOffset At,
    Guid? ActorId,
    string? ActorName,
    string Action,
    string TargetType,
    string? TargetId,
    string? TargetName,
    string? Reason,
    JsonElement Details);

/// <param name="Action">An action (<c>user.created</c>) or what actions begin with (<c>user.</c>).</param>
/// <param name="From">Not before.</param>
/// <param name="To">Before.</param>
public sealed record AuditFilter(
    string? Action = null,
    Guid? ActorId = null,
    string? TargetId = null,
    DateTimeOffset? From = null,
    DateTimeOffset? To = null,
    string? Cursor = null,
    int Limit = 50);

/// <summary>What was done by whom, for administrators only. Nothing changes or removes a line: the database refuses it.</summary>
public interface IAuditLog
{
    /// <summary>Newest first.</summary>
    Task<Page<AuditLine>> ListAsync(Caller caller, AuditFilter filter, CancellationToken cancellationToken);

    /// <summary>Everything that the filter lets through, newest first, read page by page.</summary>
    IAsyncEnumerable<AuditLine> ExportAsync(Caller caller, AuditFilter filter, CancellationToken cancellationToken);

    /// <summary>Every action that occurs, to choose from.</summary>
    Task<IReadOnlyList<string>> ActionsAsync(Caller caller, CancellationToken cancellationToken);
}

public interface IAuditRepository
{
    Task<IReadOnlyList<AuditLine>> ListAsync(AuditFilter filter, Cursor? before, int take, CancellationToken cancellationToken);

    Task<IReadOnlyList<string>> ActionsAsync(CancellationToken cancellationToken);
}
