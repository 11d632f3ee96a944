using Convo.Core.Accounts;

namespace Convo.Core.Conversations;

/// <summary>
/// What an administrator may do with other people's messages. Everyone else gets 403 <c>admin_only</c>, every call needs a reason, and each
/// is written to the audit log in the transaction that does it.
/// </summary>
public interface IAdminConversations
{
    /// <summary>Whether the organisation lets administrators read other people's threads.</summary>
    bool MayRead { get; }

    /// <summary>Changes anyone's message. The former text becomes a revision, and the owner sees who changed it, why and what.</summary>
    /// <exception cref="Shared.ConvoException">400 text or reason; 404; 409 <c>turn_running</c>.</exception>
    Task<Message> EditAsync(Caller caller, Guid messageId, string? content, string? reason, CancellationToken cancellationToken);

    /// <summary>A person's threads, newest activity first.</summary>
    /// <exception cref="Shared.ConvoException">403 <c>reading_off</c> unless the organisation allows it; 404.</exception>
    Task<IReadOnlyList<ThreadSummary>> ListAsync(Caller caller, Guid ownerId, string? reason, CancellationToken cancellationToken);

    /// <summary>A thread with every message of every branch.</summary>
    /// <exception cref="Shared.ConvoException">403 <c>reading_off</c> unless the organisation allows it; 404.</exception>
    Task<OpenedThread> OpenAsync(Caller caller, Guid threadId, string? reason, CancellationToken cancellationToken);

    /// <summary>Every earlier text of a message of an opened thread.</summary>
    /// <exception cref="Shared.ConvoException">403 <c>reading_off</c> unless the organisation allows it; 404.</exception>
    Task<IReadOnlyList<MessageRevision>> RevisionsAsync(Caller caller, Guid messageId, string? reason, CancellationToken cancellationToken);
}

/// <summary>A thread in a list, without its texts.</summary>
public sealed record ThreadSummary(Guid Id, string? Title, int Messages, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

public sealed record OpenedThread(ConversationThread Thread, string OwnerName, string OwnerEmail, IReadOnlyList<Message> Messages);

/// <summary>How a store answered an administrator's edit.</summary>
public enum EditOutcome
{
    Done,
    NotFound,
    Running,
}

/// <summary>Statements that do not name the owner; each writes its audit entry in the same transaction.</summary>
public interface IAdminConversationRepository
{
    Task<EditOutcome> EditAsync(Guid messageId, Guid revisionId, string content, AuditEntry audit, CancellationToken cancellationToken);

    /// <summary>The owner of a message's thread; null when there is no such message.</summary>
    Task<Guid?> OwnerOfMessageAsync(Guid messageId, CancellationToken cancellationToken);

    Task<Guid?> OwnerOfThreadAsync(Guid threadId, CancellationToken cancellationToken);

    Task<IReadOnlyList<ThreadSummary>> ListAsync(Guid ownerId, AuditEntry audit, CancellationToken cancellationToken);

    Task AuditAsync(AuditEntry audit, CancellationToken cancellationToken);
}
