using Convo.Core.Accounts;
using Convo.Core.Shared;

namespace Convo.Core.Knowledge;

/// <summary>Shared collections. Whatever the caller may not read is a 404; what needs more access than the caller has is a 403.</summary>
public interface ICollectionService
{
    /// <summary>Own and shared ones, newest first.</summary>
    Task<Page<Collection>> ListAsync(Caller caller, string? cursor, int limit, CancellationToken cancellationToken);

    Task<Collection> CreateAsync(Caller caller, CollectionChange collection, CancellationToken cancellationToken);

    Task<Collection> GetAsync(Caller caller, Guid collectionId, CancellationToken cancellationToken);

    /// <summary>People first, then teams, each by name. Readers see them too: who reads along matters to who puts a file in.</summary>
    Task<IReadOnlyList<CollectionMember>> MembersAsync(Caller caller, Guid collectionId, CancellationToken cancellationToken);

    /// <summary>The owner's to do.</summary>
    Task<Collection> ChangeAsync(Caller caller, Guid collectionId, CollectionChange change, CancellationToken cancellationToken);

    /// <summary>Deletes it with its files and everything that could be found of them. The owner's to do.</summary>
    Task DeleteAsync(Caller caller, Guid collectionId, CancellationToken cancellationToken);

    /// <summary>Its files, newest first.</summary>
    Task<Page<Attachment>> FilesAsync(Caller caller, Guid collectionId, string? cursor, int limit, CancellationToken cancellationToken);

    /// <summary>Puts a file of the caller's own into it; it leaves the collection or thread it was in.</summary>
    Task AttachAsync(Caller caller, Guid collectionId, Guid attachmentId, CancellationToken cancellationToken);

    /// <summary>Takes a file out; it stays its owner's.</summary>
    Task DetachAsync(Caller caller, Guid collectionId, Guid attachmentId, CancellationToken cancellationToken);
}
