using Convo.Core.Accounts;
using Convo.Core.Shared;
using Microsoft.AspNetCore.Components.Authorization;

namespace Convo.Web.Hosting;

/// <summary>
/// The caller of a component. A circuit outlives the request that opened it, so every server action asks again;
/// the answer comes from a cache of a few seconds.
/// </summary>
public sealed class CallerProvider(AuthenticationStateProvider authentication, IIdentityService identities)
{
    /// <exception cref="ConvoException">401 <c>unauthenticated</c> when nobody is signed in any more.</exception>
    public async Task<Caller> GetAsync(CancellationToken cancellationToken = default) =>
        (await GetIdentityAsync(cancellationToken)).ToCaller();

    /// <summary>The same with name and address, to be shown.</summary>
    /// <exception cref="ConvoException">401 <c>unauthenticated</c>.</exception>
    public async Task<Identity> GetIdentityAsync(CancellationToken cancellationToken = default)
    {
        var user = (await authentication.GetAuthenticationStateAsync()).User;
        var identity = user.SessionId() is { } sessionId && user.SecurityStamp() is { } stamp
            ? await identities.FindSessionAsync(sessionId, stamp, cancellationToken)
            : null;
        return identity ?? throw new ConvoException(ProblemKind.Unauthenticated, "unauthenticated", "Your session has ended. Sign in again.");
    }
}
