namespace Convo.Core.Conversations.Import;

/// <summary>A chat as a file tells it, in the file's own ids.</summary>
/// <param name="Source">Which format it is in; part of what makes it the same chat at the next import.</param>
/// <param name="SourceId">The chat's id there.</param>
/// <param name="LeafKey">The tip that was shown; null: the newest.</param>
internal sealed record ThreadDraft(
    string Source, string SourceId, string? Title, DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, string? LeafKey, IReadOnlyList<MessageDraft> Messages)
{
    public string? Model { get; init; }

    public double? Temperature { get; init; }

    public string? SystemPrompt { get; init; }

    public bool Pinned { get; init; }

    public bool Archived { get; init; }

    public IReadOnlyList<string> Notes { get; init; } = [];
}

/// <param name="Message">Without its own ids.</param>
/// <param name="Path">Where it stands in the file.</param>
internal sealed record MessageDraft(string Key, string? ParentKey, Message Message, string Path);

/// <summary>A chat that is ready to be stored: ids are its own, parents stand before their children.</summary>
public sealed record ImportedThread(ConversationThread Thread, IReadOnlyList<Message> Messages);

/// <summary>Where imported chats are stored.</summary>
public interface IThreadImportStore
{
    /// <summary>Stores the thread with all its messages, or nothing. False when it is there already.</summary>
    Task<bool> InsertAsync(ImportedThread imported, CancellationToken cancellationToken);
}
