namespace Convo.Core.Knowledge;

/// <summary>Keeps collections. Every method finds only what the person may read; what it changes it checks in the same statement.</summary>
public interface ICollectionStore
{
    Task<IReadOnlyList<Collection>> ListAsync(Guid personId, Guid? before, int limit, CancellationToken cancellationToken);

    Task<Collection?> FindAsync(Guid personId, Guid collectionId, CancellationToken cancellationToken);

    Task<IReadOnlyList<CollectionMember>> MembersAsync(Guid personId, Guid collectionId, CancellationToken cancellationToken);

    Task AddAsync(NewCollection collection, CancellationToken cancellationToken);

    /// <returns>False when it is not the person's own (any more).</returns>
    Task<bool> UpdateAsync(Guid ownerId, Guid collectionId, string? name, string? description, IReadOnlyList<ResolvedMember>? members, CancellationToken cancellationToken);

    /// <returns>False when it is not the person's own.</returns>
    Task<bool> DeleteAsync(Guid ownerId, Guid collectionId, CancellationToken cancellationToken);

    Task<IReadOnlyList<Attachment>> FilesAsync(Guid personId, Guid collectionId, Guid? before, int limit, CancellationToken cancellationToken);

    /// <returns>False when the file is not the person's own, or the person may not write to the collection.</returns>
    Task<bool> AttachAsync(Guid personId, Guid collectionId, Guid attachmentId, CancellationToken cancellationToken);

    /// <returns>False when the file is not in the collection, or the person neither owns it nor may write to the collection.</returns>
    Task<bool> DetachAsync(Guid personId, Guid collectionId, Guid attachmentId, CancellationToken cancellationToken);

    /// <summary>The person or team that is meant; null when there is none.</summary>
    Task<ResolvedMember?> ResolveAsync(MemberWish wish, CancellationToken cancellationToken);
}

public sealed record NewCollection(Guid Id, Guid OwnerId, string Name, string Description, IReadOnlyList<ResolvedMember> Members, DateTimeOffset CreatedAt);

/// <summary>One of the two ids is set.</summary>
public sealed record ResolvedMember(Guid? UserId, Guid? TeamId, CollectionAccess Access);
