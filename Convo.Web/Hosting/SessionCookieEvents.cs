using Convo.Core.Accounts;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;

namespace Convo.Web.Hosting;

/// <summary>
/// Checks on every request that the session still counts, and takes role and team from the database and not from the cookie.
/// Programs get problem objects where people are led to the sign-in page.
/// </summary>
internal sealed class SessionCookieEvents(IIdentityService identities) : CookieAuthenticationEvents
{
    public override async Task ValidatePrincipal(CookieValidatePrincipalContext context)
    {
        var sessionId = context.Principal?.SessionId();
        var stamp = context.Principal?.SecurityStamp();
        var identity = sessionId is null || stamp is null
            ? null
            : await identities.FindSessionAsync(sessionId.Value, stamp, context.HttpContext.RequestAborted);
        if (identity is null)
        {
            context.RejectPrincipal();
            await context.HttpContext.SignOutAsync(Authentication.CookieScheme);
            return;
        }

        context.ReplacePrincipal(identity.ToPrincipal(Authentication.CookieScheme));
    }

    public override Task RedirectToLogin(RedirectContext<CookieAuthenticationOptions> context)
    {
        if (!context.HttpContext.IsApi())
        {
            return base.RedirectToLogin(context);
        }

        context.Response.Headers.WWWAuthenticate = "Bearer";
        return context.HttpContext.WriteProblemAsync(Problems.OfStatus(StatusCodes.Status401Unauthorized));
    }

    public override Task RedirectToAccessDenied(RedirectContext<CookieAuthenticationOptions> context)
    {
        if (context.HttpContext.IsApi())
        {
            return context.HttpContext.WriteProblemAsync(
                new(StatusCodes.Status403Forbidden, "admin_only", "Only an administrator may do this. Ask one."));
        }

        // To someone who may not open it, an administrators' page is a page that is not there.
        context.Response.StatusCode = StatusCodes.Status404NotFound;
        return Task.CompletedTask;
    }
}
