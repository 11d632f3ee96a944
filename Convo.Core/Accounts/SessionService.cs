using Convo.Core.Shared;

namespace Convo.Core.Accounts;

internal sealed class SessionService(ISessionRepository sessions, IUserRepository users, IdentityService identities, TimeProvider time) : ISessionService
{
    /// <summary>A browser that was away for longer signs in again.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(14);

    private const int MaxUserAgent = 256;

    public async Task<Identity> BeginAsync(Identity identity, SessionOrigin origin, CancellationToken cancellationToken)
    {
        var id = time.NewId();
        var cleaned = origin with { UserAgent = Clean(origin.UserAgent), Address = Clean(origin.Address) };
        await sessions.AddAsync(id, identity.UserId, cleaned, time.GetUtcNow(), cancellationToken).ConfigureAwait(false);
        return identity with { SessionId = id };
    }

    public async Task LeaveAsync(Guid sessionId, CancellationToken cancellationToken)
    {
        await sessions.EndAsync(sessionId, ownerId: null, audit: null, cancellationToken).ConfigureAwait(false);
        identities.ForgetSession(sessionId);
    }

    public Task<IReadOnlyList<Session>> ListAsync(Caller caller, CancellationToken cancellationToken) =>
        sessions.ListAsync(caller.UserId, time.GetUtcNow() - Lifetime, cancellationToken);

    public async Task EndAsync(Caller caller, Guid sessionId, CancellationToken cancellationToken)
    {
        var audit = Audit(caller, "session.ended", "session", sessionId);
        if (!await sessions.EndAsync(sessionId, caller.UserId, audit, cancellationToken).ConfigureAwait(false))
        {
            throw ConvoException.NotFound("session");
        }

        identities.ForgetSession(sessionId);
    }

    public async Task<int> EndOthersAsync(Caller caller, Guid? keep, CancellationToken cancellationToken)
    {
        var ended = await sessions
            .EndAllAsync(caller.UserId, keep, Audit(caller, "user.signed_out_elsewhere", "user", caller.UserId), cancellationToken).ConfigureAwait(false);
        identities.Forget(caller.UserId);
        return ended;
    }

    public async Task<IReadOnlyList<Session>> ListOfAsync(Caller caller, Guid userId, CancellationToken cancellationToken)
    {
        await RequirePersonAsync(caller, userId, cancellationToken).ConfigureAwait(false);
        return await sessions.ListAsync(userId, time.GetUtcNow() - Lifetime, cancellationToken).ConfigureAwait(false);
    }

    public async Task<int> EndAllOfAsync(Caller caller, Guid userId, CancellationToken cancellationToken)
    {
        await RequirePersonAsync(caller, userId, cancellationToken).ConfigureAwait(false);
        var ended = await sessions.EndAllAsync(userId, keep: null, Audit(caller, "user.signed_out", "user", userId), cancellationToken).ConfigureAwait(false);
        identities.Forget(userId);
        return ended;
    }

    private async Task RequirePersonAsync(Caller caller, Guid userId, CancellationToken cancellationToken)
    {
        caller.RequireAdmin();
        _ = await users.FindAsync(userId, cancellationToken).ConfigureAwait(false) ?? throw ConvoException.NotFound("person");
    }

    private AuditEntry Audit(Caller caller, string action, string type, Guid id) =>
        new(time.NewId(), time.GetUtcNow(), caller.UserId, action, type, id.ToString());

    /// <summary>A header is whatever its sender wrote; it is only ever shown.</summary>
    private static string Clean(string? text)
    {
        var visible = string.Concat((text ?? "").Where(c => !char.IsControl(c) && !char.IsSurrogate(c)));
        return visible[..Math.Min(visible.Length, MaxUserAgent)];
    }
}
