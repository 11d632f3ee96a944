using System.Security.Claims;
using Convo.Core.Accounts;

namespace Convo.Web.Hosting;

/// <summary>An identity as claims: what a cookie carries and what pages show.</summary>
public static class ConvoClaims
{
    private const string Stamp = "convo:stamp";
    private const string Team = "convo:team";
    private const string Key = "convo:key";
    private const string Scopes = "convo:scopes";
    private const string Session = "convo:session";

    public static ClaimsPrincipal ToPrincipal(this Identity identity, string scheme)
    {
        var caller = identity.ToCaller();
        List<Claim> claims =
        [
            new(ClaimTypes.NameIdentifier, identity.UserId.ToString()),
            new(ClaimTypes.Name, identity.Name),
            new(ClaimTypes.Email, identity.Email),
            new(ClaimTypes.Role, caller.IsAdmin ? Roles.Admin : Roles.Member),
            new(Scopes, string.Join(' ', ApiScopeNames.Names(identity.Scopes))),
            new(Stamp, identity.SecurityStamp),
        ];
        if (identity.TeamId is { } team)
        {
            claims.Add(new(Team, team.ToString()));
        }

        if (identity.SessionId is { } session)
        {
            claims.Add(new(Session, session.ToString()));
        }

        if (identity.ApiKeyId is { } key)
        {
            claims.Add(new(Key, key.ToString()));
        }

        return new ClaimsPrincipal(new ClaimsIdentity(claims, scheme, ClaimTypes.Name, ClaimTypes.Role));
    }

    /// <summary>Null when nobody is signed in.</summary>
    public static Caller? ToCaller(this ClaimsPrincipal principal) =>
        principal.Identity?.IsAuthenticated == true && principal.UserId() is { } userId
            ? new Caller(userId, principal.IsInRole(Roles.Admin) ? Role.Admin : Role.Member, principal.Id(Team), principal.Id(Key), principal.ApiScopes())
            : null;

    public static Guid? UserId(this ClaimsPrincipal principal) => principal.Id(ClaimTypes.NameIdentifier);

    public static Guid? ApiKeyId(this ClaimsPrincipal principal) => principal.Id(Key);

    /// <summary>The browser's session; null for a key.</summary>
    public static Guid? SessionId(this ClaimsPrincipal principal) => principal.Id(Session);

    public static ApiScopes ApiScopes(this ClaimsPrincipal principal) =>
        ApiScopeNames.FromStored((principal.FindFirstValue(Scopes) ?? "").Split(' '));

    public static string? SecurityStamp(this ClaimsPrincipal principal) => principal.FindFirstValue(Stamp);

    private static Guid? Id(this ClaimsPrincipal principal, string type) =>
        Guid.TryParse(principal.FindFirstValue(type), out var id) ? id : null;
}

/// <summary>The names of roles in claims and <c>[Authorize(Roles = …)]</c>.</summary>
public static class Roles
{
    public const string Admin = "admin";
    public const string Member = "member";
}
