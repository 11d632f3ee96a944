namespace Convo.Core.Knowledge;

/// <summary>What a person may do with a collection, least first.</summary>
public enum CollectionAccess
{
    /// <summary>Ask questions of its files and open them.</summary>
    Read,
    /// <summary>Add files, and take them out again.</summary>
    Write,
    /// <summary>Rename, share and delete it.</summary>
    Owner,
}

/// <summary>Files that are shared with people and teams.</summary>
/// <param name="Access">The caller's.</param>
/// <param name="Ready">Files of it that can be searched.</param>
public sealed record Collection(
    Guid Id, Guid OwnerId, string OwnerName, string Name, string Description, CollectionAccess Access, int Files, int Ready, int Members,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt);

/// <summary>A person or a team that a collection is shared with.</summary>
/// <param name="Email">Null for a team.</param>
/// <param name="Access"><see cref="CollectionAccess.Read"/> or <see cref="CollectionAccess.Write"/>.</param>
public sealed record CollectionMember(Guid? UserId, Guid? TeamId, string Name, string? Email, CollectionAccess Access);

/// <summary>Names a person (by id or e-mail address) or a team (by id or name): one of the four.</summary>
public sealed record MemberWish(Guid? UserId, string? Email, Guid? TeamId, string? Team, CollectionAccess Access);

/// <summary>What is to change; null stays as it is.</summary>
/// <param name="Members">Everybody it is shared with from now on.</param>
public sealed record CollectionChange(string? Name = null, string? Description = null, IReadOnlyList<MemberWish>? Members = null);
