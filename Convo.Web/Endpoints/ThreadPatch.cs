using Convo.Core.Conversations;

namespace Convo.Web.Endpoints;

/// <summary>A PATCH of a thread: a member that is missing stays, one that is null is cleared.</summary>
internal sealed record ThreadPatch(
    Change<string?> Title = default,
    Change<string?> Model = default,
    Change<double?> Temperature = default,
    Change<string?> SystemPrompt = default,
    Change<bool> Pinned = default,
    Change<bool> Archived = default,
    Change<IReadOnlyList<Guid>?> CollectionIds = default,
    Change<Guid> LeafId = default)
{
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
