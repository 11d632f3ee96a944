using Convo.Core.Shared;

namespace Convo.Core.Conversations;

/// <summary>Threads and messages in the database. Every statement names the owner; what is not his is not found.</summary>
public interface IConversationRepository
{
    Task<Page<ConversationThread>> ListAsync(Guid ownerId, ThreadFilter filter, CancellationToken cancellationToken);

    Task<ConversationThread?> FindAsync(Guid ownerId, Guid threadId, CancellationToken cancellationToken);

    Task CreateAsync(Guid ownerId, Guid threadId, NewThread thread, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>False when there is no such thread.</summary>
    Task<bool> UpdateAsync(Guid ownerId, ConversationThread thread, CancellationToken cancellationToken);

    /// <summary>Deletes the thread with its messages, and its files that no other thread uses. False when there is no such thread.</summary>
    Task<bool> DeleteAsync(Guid ownerId, Guid threadId, CancellationToken cancellationToken);

    /// <summary>A question and an answer, in this order; what is not the owner's is missing.</summary>
    Task<IReadOnlyList<Message>> FindPairAsync(Guid ownerId, Guid questionId, Guid answerId, CancellationToken cancellationToken);

    Task<Message?> FindMessageAsync(Guid ownerId, Guid messageId, CancellationToken cancellationToken);

    /// <summary>The path from the root down to <paramref name="leaf"/> (null: the active leaf), the last <paramref name="limit"/> of it above <paramref name="before"/>.</summary>
    Task<IReadOnlyList<Message>> PathAsync(Guid ownerId, Guid threadId, Guid? leaf, Guid? before, int limit, CancellationToken cancellationToken);

    /// <summary>Every message of the thread, oldest first.</summary>
    Task<IReadOnlyList<Message>> AllMessagesAsync(Guid ownerId, Guid threadId, CancellationToken cancellationToken);

    /// <summary>The newest child of the newest child … of a message; itself when it has none. Null when it is not the owner's.</summary>
    Task<Guid?> DeepestAsync(Guid ownerId, Guid messageId, CancellationToken cancellationToken);

    /// <summary>Puts the present text among the revisions and stores the new one. False: not found, or a turn is writing it.</summary>
    Task<bool> ReviseAsync(Guid ownerId, Guid messageId, Guid revisionId, string content, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Adds a sibling of a user's message with its files and makes it the leaf. False when there is no such message.</summary>
    Task<bool> BranchAsync(Guid ownerId, Guid messageId, Guid siblingId, string content, DateTimeOffset now, CancellationToken cancellationToken);

    Task<IReadOnlyList<MessageRevision>> RevisionsAsync(Guid ownerId, Guid messageId, CancellationToken cancellationToken);

    /// <summary>Turn ids that run in the thread now.</summary>
    Task<IReadOnlyList<Guid>> RunningTurnsAsync(Guid ownerId, Guid threadId, CancellationToken cancellationToken);
}
