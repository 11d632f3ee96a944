using System.Security.Claims;
using Convo.Core.Accounts;
using Microsoft.AspNetCore.Authentication;

namespace Convo.Web.Hosting;

/// <summary>Begins and ends the session of the browser that asks: the row that can be ended from elsewhere, and the cookie that names it.</summary>
internal static class BrowserSessions
{
    public static async Task EnterAsync(this HttpContext context, Identity identity, SignInMethod method)
    {
        var principal = await context.BeginSessionAsync(identity, method);
        // A lasting cookie: 14 days from the last use.
        await context.SignInAsync(Authentication.CookieScheme, principal, new AuthenticationProperties { IsPersistent = true });
    }

    /// <summary>A new session's claims. Whoever was signed in here before is signed out.</summary>
    public static async Task<ClaimsPrincipal> BeginSessionAsync(this HttpContext context, Identity identity, SignInMethod method)
    {
        var sessions = context.RequestServices.GetRequiredService<ISessionService>();
        if (context.User.SessionId() is { } former)
        {
            await sessions.LeaveAsync(former, context.RequestAborted);
        }

        var origin = new SessionOrigin(method, context.Request.Headers.UserAgent.ToString(), RateLimits.AddressOf(context));
        return (await sessions.BeginAsync(identity, origin, context.RequestAborted)).ToPrincipal(Authentication.CookieScheme);
    }

    public static async Task LeaveAsync(this HttpContext context)
    {
        if (context.User.SessionId() is { } sessionId)
        {
            await context.RequestServices.GetRequiredService<ISessionService>().LeaveAsync(sessionId, context.RequestAborted);
        }

        await context.SignOutAsync(Authentication.CookieScheme);
    }
}
