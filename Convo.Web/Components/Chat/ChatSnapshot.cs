using Convo.Core.Conversations;
using Convo.Core.Models;
using Convo.Core.Shared;

namespace Convo.Web.Components.Chat;

/// <summary>A message that was sent and is not stored yet: shown at once.</summary>
public sealed record PendingMessage(string Content, IReadOnlyList<MessageAttachment> Attachments);

/// <summary>Everything the chat page shows but the text of a running answer. Immutable: what is drawn cannot change under the drawing.</summary>
/// <param name="Thread">Null on the page of a new chat.</param>
/// <param name="Missing">The thread is unknown or another person's.</param>
public sealed record ChatSnapshot(
    ConversationThread? Thread,
    IReadOnlyList<Message> Messages,
    PendingMessage? Pending,
    ConvoException? Problem,
    ModelInfo Model,
    double? Temperature,
    bool Loading,
    bool Missing)
{
    /// <summary>Collections chosen on the page of a new chat; the thread's own once there is one.</summary>
    public IReadOnlyList<Guid> NewCollectionIds { get; init; } = [];

    public IReadOnlyList<Guid> CollectionIds => Thread?.CollectionIds ?? NewCollectionIds;

    /// <summary>Model and temperature hold for the next message only; then the chat has its own again.</summary>
    public bool Once { get; init; }

    public bool IsEmpty => !Loading && !Missing && Messages.Count == 0 && Pending is null;

    public bool HasOlder => Messages is [{ ParentId: not null }, ..];
}
