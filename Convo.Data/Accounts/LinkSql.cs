using Convo.Core.Accounts;

namespace Convo.Data.Accounts;

internal sealed record UsedLink(Guid Id, Guid? UserId);

/// <summary>One-time links inside a transaction.</summary>
internal static class LinkSql
{
    private const string Insert = """
        INSERT INTO sign_in_links (id, purpose, user_id, token_hash, expires_at, created_at)
        VALUES (@Id, @Purpose, @UserId, @TokenHash, @ExpiresAt, @CreatedAt)
        """;

    public static Task InsertLinkAsync(this DbSession session, SignInLink link, CancellationToken cancellationToken) =>
        session.ExecuteAsync(Insert, link, cancellationToken);

    // Checked and used up in one statement: of two that come together the second finds it used.
    private const string Use = """
        UPDATE sign_in_links
           SET used_at = @now
         WHERE token_hash = @tokenHash
           AND used_at IS NULL
           AND expires_at > @now
           AND CASE WHEN @forSetup THEN purpose = 'setup' ELSE purpose <> 'setup' END
        RETURNING id, user_id
        """;

    /// <param name="purpose">Set-up, or null for any link that names a person.</param>
    public static Task<UsedLink?> UseLinkAsync(
        this DbSession session, byte[] tokenHash, LinkPurpose? purpose, DateTimeOffset now, CancellationToken cancellationToken) =>
        session.QuerySingleOrDefaultAsync<UsedLink>(Use, new { tokenHash, now, forSetup = purpose is LinkPurpose.Setup }, cancellationToken);

    private const string Void = """
        UPDATE sign_in_links
           SET used_at = @now
         WHERE user_id = @userId
           AND used_at IS NULL
        """;

    /// <summary>Ends the other links of a person who has just chosen a password.</summary>
    public static Task VoidLinksAsync(this DbSession session, Guid userId, DateTimeOffset now, CancellationToken cancellationToken) =>
        session.ExecuteAsync(Void, new { userId, now }, cancellationToken);
}
