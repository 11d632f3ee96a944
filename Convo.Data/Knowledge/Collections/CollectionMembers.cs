using Convo.Core.Knowledge;

namespace Convo.Data.Knowledge;

/// <summary>Who a collection is shared with.</summary>
internal static class CollectionMembers
{
    private const string ClearSql = "DELETE FROM collection_members WHERE collection_id = @collectionId";

    private const string InsertSql =
        "INSERT INTO collection_members (collection_id, user_id, team_id, access) VALUES (@collectionId, @UserId, @TeamId, @access)";

    public static async Task ReplaceAsync(DbSession session, Guid collectionId, IReadOnlyList<ResolvedMember> members, CancellationToken cancellationToken)
    {
        await session.ExecuteAsync(ClearSql, new { collectionId }, cancellationToken).ConfigureAwait(false);
        foreach (var member in members)
        {
            var access = member.Access == CollectionAccess.Write ? "write" : "read";
            await session.ExecuteAsync(InsertSql, new { collectionId, member.UserId, member.TeamId, access }, cancellationToken).ConfigureAwait(false);
        }
    }

    private const string ResolveSql =
        """
        SELECT u.id AS user_id, NULL::uuid AS team_id
        FROM users AS u
        WHERE u.id = @UserId OR u.normalized_email = upper(@Email)
        UNION ALL
        SELECT NULL, t.id
        FROM teams AS t
        WHERE t.id = @TeamId OR lower(t.name) = lower(@Team)
        LIMIT 1
        """;

    public static async Task<ResolvedMember?> ResolveAsync(Db db, MemberWish wish, CancellationToken cancellationToken)
    {
        var names = new { wish.UserId, Email = wish.Email?.Trim(), wish.TeamId, Team = wish.Team?.Trim() };
        return await db.QuerySingleOrDefaultAsync<MemberIds>(ResolveSql, names, cancellationToken).ConfigureAwait(false) is { } ids
            ? new ResolvedMember(ids.UserId, ids.TeamId, wish.Access)
            : null;
    }

    private sealed record MemberIds(Guid? UserId, Guid? TeamId);
}
