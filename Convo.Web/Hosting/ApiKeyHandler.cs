using System.Text.Encodings.Web;
using Convo.Core.Accounts;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Convo.Web.Hosting;

/// <summary><c>Authorization: Bearer</c> with an API key.</summary>
internal sealed class ApiKeyHandler(
    IOptionsMonitor<AuthenticationSchemeOptions> options, ILoggerFactory logger, UrlEncoder encoder, IIdentityService identities)
    : AuthenticationHandler<AuthenticationSchemeOptions>(options, logger, encoder)
{
    private const string Prefix = "Bearer ";

    /// <summary>Longer than any key; bounds the work of hashing.</summary>
    private const int MaxLength = 512;

    /// <summary>Null when the request brings no bearer token.</summary>
    public static string? TokenIn(HttpRequest request)
    {
        var header = request.Headers.Authorization.ToString();
        return header.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) ? header[Prefix.Length..].Trim() : null;
    }

    protected override async Task<AuthenticateResult> HandleAuthenticateAsync()
    {
        var token = TokenIn(Request);
        if (token is null)
        {
            return AuthenticateResult.NoResult();
        }

        var identity = token.Length is > 0 and <= MaxLength ? await identities.FindApiKeyAsync(token, Context.RequestAborted) : null;
        return identity is null
            ? AuthenticateResult.Fail("The key is unknown, revoked or expired.")
            : AuthenticateResult.Success(new AuthenticationTicket(identity.ToPrincipal(Scheme.Name), Scheme.Name));
    }

    protected override Task HandleChallengeAsync(AuthenticationProperties properties)
    {
        Response.Headers.WWWAuthenticate = "Bearer";
        return Context.WriteProblemAsync(new(StatusCodes.Status401Unauthorized, "unauthenticated", TokenIn(Request) is null
            ? "Send an API key as Authorization: Bearer cv_…. Keys are made in the settings."
            : "This API key is unknown, revoked or expired. Make a new one in the settings."));
    }

    protected override Task HandleForbiddenAsync(AuthenticationProperties properties) => Context.WriteProblemAsync(
        new(StatusCodes.Status403Forbidden, "admin_only", "Only an administrator's key with the scope admin may do this."));
}
