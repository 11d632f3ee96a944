using Convo.Core.Accounts;
using Convo.Core.Shared;
using Convo.Core.Turns;
using Microsoft.Extensions.Options;

namespace Convo.Core.Conversations;

/// <inheritdoc cref="IAdminConversations"/>
internal sealed class AdminConversations(
    IAdminConversationRepository all,
    IConversationRepository conversations,
    IUserRepository users,
    IOptions<OrganisationOptions> organisation,
    IOptions<TurnOptions> turnOptions,
    TimeProvider time) : IAdminConversations
{
    public bool MayRead => organisation.Value.AdminsReadThreads;

    public async Task<Message> EditAsync(Caller caller, Guid messageId, string? content, string? reason, CancellationToken cancellationToken)
    {
        caller.RequireAdmin();
        var text = content ?? "";
        TurnValidation.CheckContent(text, turnOptions.Value);
        var audit = Audit(caller, "message.edited", "message", messageId, AuditReason.Require(reason));
        switch (await all.EditAsync(messageId, time.NewId(), text, audit, cancellationToken).ConfigureAwait(false))
        {
            case EditOutcome.NotFound:
                throw ConvoException.NotFound("message");
            case EditOutcome.Running:
                throw new ConvoException(ProblemKind.Conflict, "turn_running", "This answer is still being written. Wait until it is complete, then edit it.");
        }

        var ownerId = await all.OwnerOfMessageAsync(messageId, cancellationToken).ConfigureAwait(false) ?? throw ConvoException.NotFound("message");
        var message = await conversations.FindMessageAsync(ownerId, messageId, cancellationToken).ConfigureAwait(false) ?? throw ConvoException.NotFound("message");
        // Whoever may not read the thread learns nothing from having written into it.
        return MayRead || ownerId == caller.UserId ? message : message with { Attachments = [], Citations = [], SiblingIds = [], SiblingIndex = 0 };
    }

    public async Task<IReadOnlyList<ThreadSummary>> ListAsync(Caller caller, Guid ownerId, string? reason, CancellationToken cancellationToken)
    {
        RequireReading(caller);
        var audit = Audit(caller, "threads.listed", "user", ownerId, AuditReason.Require(reason));
        _ = await users.FindAsync(ownerId, cancellationToken).ConfigureAwait(false) ?? throw ConvoException.NotFound("person");
        return await all.ListAsync(ownerId, audit, cancellationToken).ConfigureAwait(false);
    }

    public async Task<OpenedThread> OpenAsync(Caller caller, Guid threadId, string? reason, CancellationToken cancellationToken)
    {
        RequireReading(caller);
        var audit = Audit(caller, "thread.opened", "thread", threadId, AuditReason.Require(reason));
        var ownerId = await all.OwnerOfThreadAsync(threadId, cancellationToken).ConfigureAwait(false) ?? throw ConvoException.NotFound("thread");
        var owner = await users.FindAsync(ownerId, cancellationToken).ConfigureAwait(false) ?? throw ConvoException.NotFound("thread");
        // Written before anything is read: whoever looks is in the log even when the answer never arrives.
        await all.AuditAsync(audit with { Details = new Dictionary<string, string?> { ["owner_id"] = ownerId.ToString() } }, cancellationToken).ConfigureAwait(false);
        var thread = await conversations.FindAsync(ownerId, threadId, cancellationToken).ConfigureAwait(false) ?? throw ConvoException.NotFound("thread");
        var messages = await conversations.AllMessagesAsync(ownerId, threadId, cancellationToken).ConfigureAwait(false);
        return new OpenedThread(thread, owner.Name, owner.Email, messages);
    }

    public async Task<IReadOnlyList<MessageRevision>> RevisionsAsync(Caller caller, Guid messageId, string? reason, CancellationToken cancellationToken)
    {
        RequireReading(caller);
        var audit = Audit(caller, "revisions.opened", "message", messageId, AuditReason.Require(reason));
        var ownerId = await all.OwnerOfMessageAsync(messageId, cancellationToken).ConfigureAwait(false) ?? throw ConvoException.NotFound("message");
        await all.AuditAsync(audit, cancellationToken).ConfigureAwait(false);
        return await conversations.RevisionsAsync(ownerId, messageId, cancellationToken).ConfigureAwait(false);
    }

    private void RequireReading(Caller caller)
    {
        caller.RequireAdmin();
        organisation.Value.RequireReading();
    }

    private AuditEntry Audit(Caller caller, string action, string type, Guid id, string reason) =>
        new(time.NewId(), time.GetUtcNow(), caller.UserId, action, type, id.ToString(), reason);
}
