using Convo.Core.Conversations;
using Convo.Core.Shared;

namespace Convo.Data.Conversations;

internal sealed class PgConversationRepository(Db db, PgThreads threads, PgMessages messages) : IConversationRepository
{
    public Task<Page<ConversationThread>> ListAsync(Guid ownerId, ThreadFilter filter, CancellationToken cancellationToken) =>
        threads.ListAsync(ownerId, filter, cancellationToken);

    public Task<ConversationThread?> FindAsync(Guid ownerId, Guid threadId, CancellationToken cancellationToken) =>
        threads.FindAsync(ownerId, threadId, cancellationToken);

    public Task CreateAsync(Guid ownerId, Guid threadId, NewThread thread, DateTimeOffset now, CancellationToken cancellationToken) =>
        db.InTransactionAsync(
            async session =>
            {
                await PgThreads.InsertAsync(session, ownerId, threadId, thread, now, cancellationToken).ConfigureAwait(false);
                if (!await PgThreads.SetCollectionsAsync(session, ownerId, threadId, thread.CollectionIds ?? [], cancellationToken).ConfigureAwait(false))
                {
                    throw ConvoException.NotFound("collection");
                }
            },
            cancellationToken);

    public async Task<bool> UpdateAsync(Guid ownerId, ConversationThread thread, CancellationToken cancellationToken) =>
        await db.InTransactionAsync(
            async session =>
            {
                var found = await PgThreads.UpdateAsync(session, ownerId, thread, cancellationToken).ConfigureAwait(false) > 0;
                if (found && !await PgThreads.SetCollectionsAsync(session, ownerId, thread.Id, thread.CollectionIds, cancellationToken).ConfigureAwait(false))
                {
                    throw ConvoException.NotFound("collection");
                }

                return found;
            },
            cancellationToken).ConfigureAwait(false);

    public Task<bool> DeleteAsync(Guid ownerId, Guid threadId, CancellationToken cancellationToken) =>
        threads.DeleteAsync(ownerId, threadId, cancellationToken);

    public Task<IReadOnlyList<Message>> FindPairAsync(Guid ownerId, Guid questionId, Guid answerId, CancellationToken cancellationToken) =>
        messages.FindPairAsync(ownerId, questionId, answerId, cancellationToken);

    public Task<Message?> FindMessageAsync(Guid ownerId, Guid messageId, CancellationToken cancellationToken) =>
        messages.FindAsync(ownerId, messageId, cancellationToken);

    public Task<IReadOnlyList<Message>> PathAsync(
        Guid ownerId, Guid threadId, Guid? leaf, Guid? before, int limit, CancellationToken cancellationToken) =>
        messages.PathAsync(ownerId, threadId, leaf, before, limit, cancellationToken);

    public Task<IReadOnlyList<Message>> AllMessagesAsync(Guid ownerId, Guid threadId, CancellationToken cancellationToken) =>
        messages.AllAsync(ownerId, threadId, cancellationToken);

    public Task<Guid?> DeepestAsync(Guid ownerId, Guid messageId, CancellationToken cancellationToken) =>
        messages.DeepestAsync(ownerId, messageId, cancellationToken);

    public Task<bool> ReviseAsync(
        Guid ownerId, Guid messageId, Guid revisionId, string content, DateTimeOffset now, CancellationToken cancellationToken) =>
        messages.ReviseAsync(ownerId, messageId, revisionId, content, now, cancellationToken);

    public Task<bool> BranchAsync(
        Guid ownerId, Guid messageId, Guid siblingId, string content, DateTimeOffset now, CancellationToken cancellationToken) =>
        messages.BranchAsync(ownerId, messageId, siblingId, content, now, cancellationToken);

    public Task<IReadOnlyList<MessageRevision>> RevisionsAsync(Guid ownerId, Guid messageId, CancellationToken cancellationToken) =>
        messages.RevisionsAsync(ownerId, messageId, cancellationToken);

    public Task<IReadOnlyList<Guid>> RunningTurnsAsync(Guid ownerId, Guid threadId, CancellationToken cancellationToken) =>
        threads.RunningTurnsAsync(ownerId, threadId, cancellationToken);
}
