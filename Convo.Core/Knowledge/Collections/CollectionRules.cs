using Convo.Core.Shared;
using Convo.Core.Turns;

namespace Convo.Core.Knowledge;

/// <summary>What can be said about a request without asking the database.</summary>
internal static class CollectionRules
{
    private const int MaxName = 120;
    private const int MaxDescription = 1_000;
    private const int MaxMembers = 500;

    public static string Name(string? name)
    {
        var trimmed = name?.Trim() ?? "";
        return trimmed.Length is > 0 and <= MaxName && !trimmed.Any(char.IsControl)
            ? Storable(trimmed, "name")
            : throw ConvoException.Invalid("name", $"A collection's name has 1 to {MaxName} characters and no line breaks.");
    }

    public static string Description(string description) => description.Trim() is { Length: <= MaxDescription } trimmed
        ? Storable(trimmed, "description")
        : throw ConvoException.Invalid("description", $"A description has at most {MaxDescription} characters.");

    public static void CheckMembers(IReadOnlyList<MemberWish> members)
    {
        if (members.Count > MaxMembers)
        {
            throw ConvoException.Invalid("members", $"A collection is shared with at most {MaxMembers} people and teams. Make a team of them.");
        }

        foreach (var member in members)
        {
            if (new object?[] { member.UserId, member.Email, member.TeamId, member.Team }.Count(name => name is not null) != 1)
            {
                throw ConvoException.Invalid("members", "Each member is named by one of user_id, email, team_id and team.");
            }

            if (member.Access is not (CollectionAccess.Read or CollectionAccess.Write))
            {
                throw ConvoException.Invalid("members", "A member's access is read or write.");
            }

            TurnValidation.CheckText(member.Email ?? member.Team, "members");
        }
    }

    /// <summary>403 below the access that is needed: who may read it already knows that it is there.</summary>
    public static void Require(Collection collection, CollectionAccess needed, string sentence)
    {
        if (collection.Access < needed)
        {
            throw new ConvoException(ProblemKind.Forbidden, needed == CollectionAccess.Owner ? "collection_owner_only" : "collection_read_only", sentence);
        }
    }

    public static Guid? Before(string? cursor, int limit)
    {
        if (limit is < 1 or > 200)
        {
            throw ConvoException.Invalid("limit", "limit must be between 1 and 200.");
        }

        return cursor is null ? null
            : Guid.TryParseExact(cursor, "N", out var id) ? id
            : throw ConvoException.Invalid("cursor", "cursor is not one that this list gave. Start again without it.");
    }

    private static string Storable(string text, string field)
    {
        TurnValidation.CheckText(text, field);
        return text;
    }
}
