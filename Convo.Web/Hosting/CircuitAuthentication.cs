using System.Data.Common;
using Convo.Core.Accounts;
using Convo.Core.Shared;
using Microsoft.AspNetCore.Components.Authorization;
using Microsoft.AspNetCore.Components.Server;

namespace Convo.Web.Hosting;

/// <summary>Ends the sign-in of an open circuit when the person was disabled, demoted or chose a new password elsewhere.</summary>
internal sealed class CircuitAuthentication(ILoggerFactory loggerFactory, IIdentityService identities)
    : RevalidatingServerAuthenticationStateProvider(loggerFactory)
{
    /// <summary>With the identity cache's 10 s this stays below the promised 30 s.</summary>
    protected override TimeSpan RevalidationInterval => TimeSpan.FromSeconds(15);

    protected override async Task<bool> ValidateAuthenticationStateAsync(AuthenticationState authenticationState, CancellationToken cancellationToken)
    {
        try
        {
            return authenticationState.User.SessionId() is { } sessionId
                && authenticationState.User.SecurityStamp() is { } stamp
                && await identities.FindSessionAsync(sessionId, stamp, cancellationToken) is not null;
        }
        catch (Exception e) when (e is DbException or ConvoException { Kind: ProblemKind.Unavailable })
        {
            // A database that is away says nothing about the person. Each action asks again and fails by itself meanwhile.
            return true;
        }
    }
}
