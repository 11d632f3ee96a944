using Convo.Core.Accounts;
using Convo.Core.Shared;

namespace Convo.Core.Knowledge;

internal sealed class CollectionService(ICollectionStore store, TimeProvider time) : ICollectionService
{
    public async Task<Page<Collection>> ListAsync(Caller caller, string? cursor, int limit, CancellationToken cancellationToken)
    {
        var items = await store.ListAsync(caller.UserId, CollectionRules.Before(cursor, limit), limit + 1, cancellationToken).ConfigureAwait(false);
        return items.Count > limit ? new Page<Collection>([.. items.Take(limit)], items[limit - 1].Id.ToString("N")) : new Page<Collection>(items, null);
    }

    public async Task<Collection> CreateAsync(Caller caller, CollectionChange collection, CancellationToken cancellationToken)
    {
        var (name, description) = (CollectionRules.Name(collection.Name), CollectionRules.Description(collection.Description ?? ""));
        var members = await ResolveAsync(caller.UserId, collection.Members ?? [], cancellationToken).ConfigureAwait(false);
        var id = time.NewId();
        await store.AddAsync(new NewCollection(id, caller.UserId, name, description, members, time.GetUtcNow()), cancellationToken).ConfigureAwait(false);
        return await GetAsync(caller, id, cancellationToken).ConfigureAwait(false);
    }

    public async Task<Collection> GetAsync(Caller caller, Guid collectionId, CancellationToken cancellationToken) =>
        await store.FindAsync(caller.UserId, collectionId, cancellationToken).ConfigureAwait(false) ?? throw NoCollection();

    public async Task<IReadOnlyList<CollectionMember>> MembersAsync(Caller caller, Guid collectionId, CancellationToken cancellationToken)
    {
        await GetAsync(caller, collectionId, cancellationToken).ConfigureAwait(false);
        return await store.MembersAsync(caller.UserId, collectionId, cancellationToken).ConfigureAwait(false);
    }

    public async Task<Collection> ChangeAsync(Caller caller, Guid collectionId, CollectionChange change, CancellationToken cancellationToken)
    {
        var (name, description) = (change.Name is null ? null : CollectionRules.Name(change.Name), change.Description is null ? null : CollectionRules.Description(change.Description));
        var collection = await OwnAsync(caller, collectionId, cancellationToken).ConfigureAwait(false);
        var members = change.Members is { } wishes ? await ResolveAsync(collection.OwnerId, wishes, cancellationToken).ConfigureAwait(false) : null;
        return await store.UpdateAsync(caller.UserId, collectionId, name, description, members, cancellationToken).ConfigureAwait(false)
            ? await GetAsync(caller, collectionId, cancellationToken).ConfigureAwait(false)
            : throw NoCollection();
    }

    public async Task DeleteAsync(Caller caller, Guid collectionId, CancellationToken cancellationToken)
    {
        await OwnAsync(caller, collectionId, cancellationToken).ConfigureAwait(false);
        if (!await store.DeleteAsync(caller.UserId, collectionId, cancellationToken).ConfigureAwait(false))
        {
            throw NoCollection();
        }
    }

    public async Task<Page<Attachment>> FilesAsync(Caller caller, Guid collectionId, string? cursor, int limit, CancellationToken cancellationToken)
    {
        var before = CollectionRules.Before(cursor, limit);
        await GetAsync(caller, collectionId, cancellationToken).ConfigureAwait(false);
        var items = await store.FilesAsync(caller.UserId, collectionId, before, limit + 1, cancellationToken).ConfigureAwait(false);
        return items.Count > limit ? new Page<Attachment>([.. items.Take(limit)], items[limit - 1].Id.ToString("N")) : new Page<Attachment>(items, null);
    }

    public async Task AttachAsync(Caller caller, Guid collectionId, Guid attachmentId, CancellationToken cancellationToken)
    {
        var collection = await GetAsync(caller, collectionId, cancellationToken).ConfigureAwait(false);
        CollectionRules.Require(collection, CollectionAccess.Write, "You may read this collection, but not add files to it. Ask its owner.");
        if (!await store.AttachAsync(caller.UserId, collectionId, attachmentId, cancellationToken).ConfigureAwait(false))
        {
            throw ConvoException.NotFound("file");
        }
    }

    public async Task DetachAsync(Caller caller, Guid collectionId, Guid attachmentId, CancellationToken cancellationToken)
    {
        await GetAsync(caller, collectionId, cancellationToken).ConfigureAwait(false);
        if (!await store.DetachAsync(caller.UserId, collectionId, attachmentId, cancellationToken).ConfigureAwait(false))
        {
            throw ConvoException.NotFound("file in this collection that you may take out");
        }
    }

    private async Task<Collection> OwnAsync(Caller caller, Guid collectionId, CancellationToken cancellationToken)
    {
        var collection = await GetAsync(caller, collectionId, cancellationToken).ConfigureAwait(false);
        CollectionRules.Require(collection, CollectionAccess.Owner, "Only the owner may rename, share or delete a collection. Ask the owner.");
        return collection;
    }

    private async Task<IReadOnlyList<ResolvedMember>> ResolveAsync(Guid ownerId, IReadOnlyList<MemberWish> wishes, CancellationToken cancellationToken)
    {
        CollectionRules.CheckMembers(wishes);
        var members = new Dictionary<(Guid?, Guid?), ResolvedMember>();
        foreach (var wish in wishes)
        {
            var member = await store.ResolveAsync(wish, cancellationToken).ConfigureAwait(false)
                ?? throw ConvoException.Invalid("members", $"There is nobody and no team called “{wish.Email ?? wish.Team ?? (wish.UserId ?? wish.TeamId).ToString()}” here. Check the spelling.");
            // The owner has every right already. Who is named twice gets the last wish.
            if (member.UserId != ownerId)
            {
                members[(member.UserId, member.TeamId)] = member;
            }
        }

        return [.. members.Values];
    }

    private static ConvoException NoCollection() => ConvoException.NotFound("collection");
}
