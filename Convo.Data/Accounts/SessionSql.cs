namespace Convo.Data.Accounts;

/// <summary>Sessions inside a transaction that changes what they stand for.</summary>
internal static class SessionSql
{
    private const string DeleteOfUser = "DELETE FROM user_sessions WHERE user_id = @userId";

    public static Task EndSessionsAsync(this DbSession session, Guid userId, CancellationToken cancellationToken) =>
        session.ExecuteAsync(DeleteOfUser, new { userId }, cancellationToken);
}
