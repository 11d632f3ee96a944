using Convo.Core.Accounts;
using Convo.Web.Hosting;
using Microsoft.AspNetCore.Antiforgery;

namespace Convo.Web.Endpoints;

/// <summary>Who I am. The forms of the sign-in pages are in <see cref="AccountFormEndpoints"/>.</summary>
public static class AccountEndpoints
{
    public static RouteGroupBuilder MapAccountEndpoints(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/api/convo").WithTags("Account");
        group.MapGet("/me", GetMe).WithSummary("Who the cookie or the key stands for.");
        group.MapGet("/antiforgery", GetToken).AllowAnonymous()
            .WithSummary("The token that a browser sends with changes.")
            .WithDescription($"Send it as the header {ApiGuards.AntiforgeryHeader}. API keys need none.");
        return group;
    }

    private static Me GetMe(HttpContext context, Caller caller) => new(
        caller.UserId,
        context.User.FindFirst(System.Security.Claims.ClaimTypes.Email)?.Value ?? "",
        context.User.Identity?.Name ?? "",
        caller.Role,
        caller.TeamId,
        ApiScopeNames.Names(caller.Scopes));

    private static AntiforgeryToken GetToken(HttpContext context, IAntiforgery antiforgery) =>
        new(ApiGuards.AntiforgeryHeader, antiforgery.GetAndStoreTokens(context).RequestToken!);
}

/// <param name="Role">What the credential may do: without the scope admin an administrator's key is a member's.</param>
public sealed record Me(Guid Id, string Email, string Name, Role Role, Guid? TeamId, IReadOnlyList<string> Scopes);

/// <param name="Header">The header to send it in.</param>
public sealed record AntiforgeryToken(string Header, string Token);
