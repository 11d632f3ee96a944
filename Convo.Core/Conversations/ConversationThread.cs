namespace Convo.Core.Conversations;

/// <summary>A conversation of one owner. Its messages form a tree; <paramref name="LeafId"/> is the tip shown.</summary>
/// <param name="Running">A turn of this thread is producing an answer now.</param>
/// <param name="Snippet">Where a search found its words; null outside a search.</param>
public sealed record ConversationThread(
    Guid Id,
    Guid OwnerId,
    string? Title,
    string? Model,
    double? Temperature,
    string? SystemPrompt,
    bool Pinned,
    bool Archived,
    Guid? LeafId,
    DateTimeOffset CreatedAt,
    DateTimeOffset UpdatedAt,
    bool Running,
    string? Snippet = null)
{
    public IReadOnlyList<Guid> CollectionIds { get; init; } = [];
}

/// <summary>What a new thread may say; everything can be left out.</summary>
public sealed record NewThread(
    string? Title = null,
    string? Model = null,
    double? Temperature = null,
    string? SystemPrompt = null,
    IReadOnlyList<Guid>? CollectionIds = null);

/// <summary>A change of a thread. A member that was not set stays as it is; null clears it.</summary>
public sealed record ThreadChange
{
    public Change<string?> Title { get; init; }
    public Change<string?> Model { get; init; }
    public Change<double?> Temperature { get; init; }
    public Change<string?> SystemPrompt { get; init; }
    public Change<bool> Pinned { get; init; }
    public Change<bool> Archived { get; init; }
    public Change<IReadOnlyList<Guid>> CollectionIds { get; init; }
    public Change<Guid> LeafId { get; init; }
}

/// <summary>Tells "not mentioned" from "set to null", which a PATCH needs.</summary>
public readonly record struct Change<T>(bool IsSet, T Value)
{
    public T Or(T current) => IsSet ? Value : current;

    public static implicit operator Change<T>(T value) => new(true, value);
}

/// <summary>Which threads to list. <paramref name="Query"/> searches titles and message texts.</summary>
public sealed record ThreadFilter(string? Query = null, bool Archived = false, string? Cursor = null, int Limit = 50);
