using Convo.Core.Accounts;
using Convo.Core.Shared;

namespace Convo.Core.Conversations;

/// <summary>A person's threads and messages. Foreign and unknown ids are the same 404.</summary>
public interface IConversationService
{
    /// <summary>Own threads, newest activity first (pinned ones are not moved: that is for the screen).</summary>
    Task<Page<ConversationThread>> ListAsync(Caller caller, ThreadFilter filter, CancellationToken cancellationToken);

    Task<ConversationThread> CreateAsync(Caller caller, NewThread thread, CancellationToken cancellationToken);

    Task<ConversationThread> GetAsync(Caller caller, Guid threadId, CancellationToken cancellationToken);

    Task<ConversationThread> ChangeAsync(Caller caller, Guid threadId, ThreadChange change, CancellationToken cancellationToken);

    /// <summary>Deletes the thread with its messages and its files. A running turn is stopped.</summary>
    Task DeleteAsync(Caller caller, Guid threadId, CancellationToken cancellationToken);

    /// <summary>
    /// The path from the root to <paramref name="leaf"/> (null: the active one, or a message whose deepest newest child is meant), oldest first.
    /// </summary>
    /// <param name="before">Only messages above this one on the path.</param>
    Task<IReadOnlyList<Message>> PathAsync(Caller caller, Guid threadId, Guid? leaf, Guid? before, int limit, CancellationToken cancellationToken);

    /// <summary>Every message of every branch, oldest first.</summary>
    Task<IReadOnlyList<Message>> AllMessagesAsync(Caller caller, Guid threadId, CancellationToken cancellationToken);

    Task<Message> GetMessageAsync(Caller caller, Guid messageId, CancellationToken cancellationToken);

    /// <summary>Changes an answer's text as its owner, keeping a revision. A user's message is edited by submitting a sibling instead.</summary>
    Task<Message> ReviseAsync(Caller caller, Guid messageId, string content, CancellationToken cancellationToken);

    /// <summary>A sibling of a user's message with another text and the same files, not answered yet; the thread shows it.</summary>
    Task<Message> BranchAsync(Caller caller, Guid messageId, string content, CancellationToken cancellationToken);

    Task<IReadOnlyList<MessageRevision>> RevisionsAsync(Caller caller, Guid messageId, CancellationToken cancellationToken);

    /// <summary>Shows the branch that goes through <paramref name="messageId"/>: the leaf becomes its deepest newest descendant.</summary>
    Task<ConversationThread> ShowBranchAsync(Caller caller, Guid messageId, CancellationToken cancellationToken);
}
