using Convo.Core.Accounts;
using Convo.Core.Knowledge;
using Convo.Core.Shared;

namespace Convo.Tests.Web.Components.Fakes;

/// <summary>Collections in memory, all of one owner.</summary>
internal sealed class FakeCollections(TimeProvider time) : ICollectionService
{
    public List<Collection> All { get; } = [];

    public Dictionary<Guid, List<CollectionMember>> Members { get; } = [];

    public Dictionary<Guid, List<Attachment>> Files { get; } = [];

    public ConvoException? Refusal { get; set; }

    public Collection Add(string name, CollectionAccess access = CollectionAccess.Owner, int files = 0)
    {
        var collection = new Collection(time.NewId(), time.NewId(), "Ada Sample", name, "", access, files, files, 0, time.GetUtcNow(), time.GetUtcNow());
        All.Add(collection);
        return collection;
    }

    public Task<Page<Collection>> ListAsync(Caller caller, string? cursor, int limit, CancellationToken cancellationToken) =>
        Refusal is null ? Task.FromResult(new Page<Collection>([.. All], null)) : throw Refusal;

    public Task<Collection> CreateAsync(Caller caller, CollectionChange collection, CancellationToken cancellationToken) => Task.FromResult(Add(collection.Name!));

    public Task<Collection> GetAsync(Caller caller, Guid collectionId, CancellationToken cancellationToken) =>
        Refusal is null ? Task.FromResult(All.FirstOrDefault(c => c.Id == collectionId) ?? throw ConvoException.NotFound("collection")) : throw Refusal;

    public Task<IReadOnlyList<CollectionMember>> MembersAsync(Caller caller, Guid collectionId, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<CollectionMember>>([.. Members.GetValueOrDefault(collectionId) ?? []]);

    public Task<Collection> ChangeAsync(Caller caller, Guid collectionId, CollectionChange change, CancellationToken cancellationToken)
    {
        if (change.Members is { } members)
        {
            if (members.FirstOrDefault(m => m.Email == "nobody@example.org") is not null)
            {
                throw ConvoException.Invalid("members", "There is nobody called “nobody@example.org” here.");
            }

            Members[collectionId] = [.. members.Select(m => new CollectionMember(m.UserId ?? time.NewId(), null, m.Email ?? "Member", m.Email, m.Access))];
        }

        return GetAsync(caller, collectionId, cancellationToken);
    }

    public Task DeleteAsync(Caller caller, Guid collectionId, CancellationToken cancellationToken)
    {
        All.RemoveAll(c => c.Id == collectionId);
        return Task.CompletedTask;
    }

    public Task<Page<Attachment>> FilesAsync(Caller caller, Guid collectionId, string? cursor, int limit, CancellationToken cancellationToken) =>
        Task.FromResult(new Page<Attachment>([.. Files.GetValueOrDefault(collectionId) ?? []], null));

    public Task AttachAsync(Caller caller, Guid collectionId, Guid attachmentId, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task DetachAsync(Caller caller, Guid collectionId, Guid attachmentId, CancellationToken cancellationToken)
    {
        Files[collectionId].RemoveAll(file => file.Id == attachmentId);
        return Task.CompletedTask;
    }
}
