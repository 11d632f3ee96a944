using Convo.Core.Conversations;

namespace Convo.Web.Endpoints;

/// <summary>A PATCH of a thread: a member that is missing stays, one that is null is cleared.</summary>
internal sealed record ThreadPatch
{
    public Change<string?> Title { get; init; }
    public Change<string?> Model { get; init; }
    public Change<double?> Temperature { get; init; }
    public Change<string?> SystemPrompt { get; init; }
    public Change<bool> Pinned { get; init; }
    public Change<bool> Archived { get; init; }
    public Change<IReadOnlyList<Guid>?> CollectionIds { get; init; }
    public Change<Guid> LeafId { get; init; }

    public ThreadChange ToChange() => new()
    {
        Title = Title,
        Model = Model,
        Temperature = Temperature,
        SystemPrompt = SystemPrompt,
        Pinned = Pinned,
        Archived = Archived,
        CollectionIds = CollectionIds.IsSet ? new Change<IReadOnlyList<Guid>>(true, CollectionIds.Value ?? []) : default,
        LeafId = LeafId,
    };
}
