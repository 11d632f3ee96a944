using Convo.Core.Conversations;
using Convo.Core.Knowledge;
using Convo.Core.Shared;
using Convo.Core.Turns;

namespace Convo.Web.Endpoints;

/// <summary>A message as the API shows it.</summary>
internal sealed record MessageBody(
    Guid Id, Guid ThreadId, Guid? ParentId, MessageRole Role, string Content, MessageStatus Status, string? Model, string? Provider,
    DateTimeOffset CreatedAt, DateTimeOffset? EditedAt, bool EditedByAdmin, MessageUsage? Usage, string? FinishReason, Problem? Error,
    IReadOnlyList<MessageAttachment> Attachments, IReadOnlyList<Citation> Citations, IReadOnlyList<Guid> SiblingIds, int SiblingIndex, int OmittedMessages)
{
    public static MessageBody Of(Message m) => new(
        m.Id, m.ThreadId, m.ParentId, m.Role, m.Content, m.Status, m.Model, m.Provider, m.CreatedAt, m.EditedAt, m.EditedByAdmin,
        m.Usage, m.FinishReason, m.Error, m.Attachments, m.Citations, m.SiblingIds, m.SiblingIndex, m.OmittedMessages);
}

/// <summary>A message to send. <c>thread_id</c> counts only where the path names no thread.</summary>
internal sealed record SubmitBody(
    string? Content = null, Guid? ThreadId = null, Guid? ParentId = null, IReadOnlyList<Guid>? AttachmentIds = null,
    IReadOnlyList<Guid>? CollectionIds = null, string? Model = null, double? Temperature = null, int? MaxOutputTokens = null, string? SystemPrompt = null)
{
    public SubmitMessage ToRequest(Guid? threadId, string? idempotencyKey) => new(
        threadId, Content ?? "", ParentId, AsRoot: false, AttachmentIds, CollectionIds, Model, Temperature, MaxOutputTokens, SystemPrompt, idempotencyKey);
}

internal sealed record RegenerateBody(string? Model = null, double? Temperature = null);

internal sealed record EditBody(string? Content = null, bool Regenerate = false);

/// <summary>What a turn that was started in the background is answered with.</summary>
internal sealed record AcceptedBody(MessageBody UserMessage, MessageBody Message, string StreamUrl)
{
    public static AcceptedBody Of(AcceptedTurn turn) =>
        new(MessageBody.Of(turn.UserMessage), MessageBody.Of(turn.Message), $"/api/convo/messages/{turn.Message.Id}/stream");
}

internal sealed record RevisionBody(Guid Id, string Content, Guid? EditedBy, string? EditedByName, bool ByAdmin, string? Reason, DateTimeOffset CreatedAt)
{
    public static RevisionBody Of(MessageRevision r) => new(r.Id, r.Content, r.EditedBy, r.EditedByName, r.ByAdmin, r.Reason, r.CreatedAt);
}
