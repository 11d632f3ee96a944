using Convo.Core.Knowledge;

namespace Convo.Web.Endpoints;

/// <summary>A collection as the API shows it.</summary>
/// <param name="Members">Null in lists.</param>
internal sealed record CollectionBody(
    Guid Id, string Name, string Description, Guid OwnerId, string OwnerName, CollectionAccess Access, int Files, int Ready, int MemberCount,
    DateTimeOffset CreatedAt, DateTimeOffset UpdatedAt, IReadOnlyList<CollectionMemberBody>? Members)
{
    public static CollectionBody Of(Collection c, IReadOnlyList<CollectionMember>? members = null) => new(
        c.Id, c.Name, c.Description, c.OwnerId, c.OwnerName, c.Access, c.Files, c.Ready, c.Members, c.CreatedAt, c.UpdatedAt,
        members is null ? null : [.. members.Select(CollectionMemberBody.Of)]);
}

internal sealed record CollectionMemberBody(Guid? UserId, Guid? TeamId, string Name, string? Email, CollectionAccess Access)
{
    public static CollectionMemberBody Of(CollectionMember m) => new(m.UserId, m.TeamId, m.Name, m.Email, m.Access);
}

/// <summary>A person by <c>user_id</c> or <c>email</c>, or a team by <c>team_id</c> or <c>team</c> (its name).</summary>
internal sealed record MemberWishBody(Guid? UserId = null, string? Email = null, Guid? TeamId = null, string? Team = null, CollectionAccess Access = CollectionAccess.Read)
{
    public MemberWish ToWish() => new(UserId, Email, TeamId, Team, Access);
}

/// <summary>A member that is missing stays as it is; <c>members</c> is the whole new list.</summary>
internal sealed record CollectionChangeBody(string? Name = null, string? Description = null, IReadOnlyList<MemberWishBody?>? Members = null)
{
    public CollectionChange ToChange() => new(Name, Description, Members is null ? null : [.. Members.Select(m => (m ?? new MemberWishBody()).ToWish())]);
}
