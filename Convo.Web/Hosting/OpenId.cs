using System.Globalization;
using System.Security.Claims;
using System.Text.Json;
using Convo.Core.Accounts;
using Convo.Core.Shared;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.OpenIdConnect;
using Microsoft.IdentityModel.Protocols.OpenIdConnect;

namespace Convo.Web.Hosting;

/// <summary>
/// Sign-in through the organisation's OpenID Connect provider: the authorization code flow with PKCE, state bound to the browser by a cookie,
/// and a nonce (OpenID Connect Core 1.0, section 3.1; RFC 9700). The cookie that comes of it is Convo's own.
/// </summary>
internal static class OpenId
{
    public const string Scheme = "Provider";
    private const string CallbackPath = "/account/provider/callback";
    private const string IssuerItem = "convo:issuer";
    private const string ConnectItem = "convo:connect";
    private const string EmailVerified = "email_verified";

    public static IServiceCollection AddConvoOpenId(this IServiceCollection services, IConfiguration configuration)
    {
        var settings = new OpenIdSettings();
        settings.Read(configuration);
        if (!settings.IsOn)
        {
            return services;
        }

        services.AddAuthentication().AddOpenIdConnect(Scheme, options => Configure(options, settings));
        return services;
    }

    /// <param name="returnUrl">A path of Convo.</param>
    /// <param name="connect">Whose account the provider's person is connected with; null signs in.</param>
    public static IResult Challenge(string returnUrl, Guid? connect)
    {
        var properties = new AuthenticationProperties { RedirectUri = returnUrl };
        if (connect is { } userId)
        {
            properties.Items[ConnectItem] = userId.ToString();
        }

        return TypedResults.Challenge(properties, [Scheme]);
    }

    private static void Configure(OpenIdConnectOptions options, OpenIdSettings settings)
    {
        options.Authority = settings.Issuer;
        options.ClientId = settings.ClientId;
        options.ClientSecret = settings.ClientSecret;
        options.RequireHttpsMetadata = settings.Issuer?.StartsWith("http:", StringComparison.Ordinal) != true;
        options.CallbackPath = CallbackPath;
        options.ResponseType = OpenIdConnectResponseType.Code;
        // The answer comes as a link, so the cookies that bind it to this browser can stay out of requests that other sites begin.
        options.ResponseMode = OpenIdConnectResponseMode.Query;
        options.UsePkce = true;
        options.SaveTokens = false;
        options.MapInboundClaims = false;
        options.GetClaimsFromUserInfoEndpoint = true;
        options.ClaimActions.MapCustomJson(EmailVerified, ClaimValueTypes.Boolean, user => user.TryGetProperty(EmailVerified, out var said) && said.ValueKind is JsonValueKind.True ? "true" : null);
        options.ClaimActions.MapJsonKey(settings.GroupsClaim, settings.GroupsClaim);
        options.DisableTelemetry = true;
        options.SignInScheme = Authentication.CookieScheme;
        foreach (var cookie in new[] { options.CorrelationCookie, options.NonceCookie })
        {
            cookie.SameSite = SameSiteMode.Lax;
            cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
        }

        options.Scope.Clear();
        foreach (var scope in settings.Scopes)
        {
            options.Scope.Add(scope);
        }

        // A provider's answer is read from where it says it lives, never from where it is redirected to.
        options.BackchannelHttpHandler = new SocketsHttpHandler { AllowAutoRedirect = false, UseCookies = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) };
        options.Events = new OpenIdConnectEvents
        {
            OnRedirectToIdentityProvider = UsePublicUrl,
            OnTokenValidated = KeepIssuer,
            OnTicketReceived = context => EnterAsync(context, settings),
            OnRemoteFailure = RefuseAsync,
        };
    }

    private static Task UsePublicUrl(RedirectContext context)
    {
        // The Host header is whatever the browser was made to send.
        var services = context.HttpContext.RequestServices;
        if (!string.IsNullOrWhiteSpace(services.GetRequiredService<IConfiguration>()[PublicUrl.Key]))
        {
            context.ProtocolMessage.RedirectUri = services.GetRequiredService<PublicUrl>().Get() + CallbackPath;
        }

        return Task.CompletedTask;
    }

    private static Task KeepIssuer(TokenValidatedContext context)
    {
        context.Properties!.Items[IssuerItem] = context.SecurityToken.Issuer;
        return Task.CompletedTask;
    }

    private static async Task EnterAsync(TicketReceivedContext context, OpenIdSettings settings)
    {
        var http = context.HttpContext;
        try
        {
            // Who was signed in here before: a remote answer is handled before the cookie is read.
            http.User = (await http.AuthenticateAsync(Authentication.CookieScheme)).Principal ?? new ClaimsPrincipal();
            var external = Read(context, settings);
            var service = http.RequestServices.GetRequiredService<IExternalSignInService>();
            if (context.Properties!.Items.TryGetValue(ConnectItem, out var connect))
            {
                // Only in the browser that asked for it, and while the same person is signed in there.
                var caller = http.User.ToCaller();
                if (caller is null || connect != caller.UserId.ToString())
                {
                    throw new ConvoException(ProblemKind.Unauthenticated, "unauthenticated", "Sign in, then connect your organisation again.");
                }

                await service.ConnectAsync(caller, external, http.RequestAborted);
                context.Response.Redirect(context.ReturnUri!);
                context.HandleResponse();
                return;
            }

            var identity = await service.SignInAsync(external, http.RequestAborted);
            context.Principal = await http.BeginSessionAsync(identity, SignInMethod.Provider);
            context.Properties = new AuthenticationProperties { IsPersistent = true };
        }
        catch (ConvoException refused)
        {
            Redirect(context, refused.Code);
        }
    }

    private static ExternalIdentity Read(TicketReceivedContext context, OpenIdSettings settings)
    {
        var principal = context.Principal!;
        var email = principal.FindFirstValue("email");
        return new ExternalIdentity(
            context.Properties!.Items[IssuerItem]!,
            principal.FindFirstValue("sub") ?? throw new ConvoException(ProblemKind.Forbidden, "provider_refused", "The provider did not say who signed in."),
            email,
            // From the ID token a JSON boolean comes as one; a text is whatever somebody typed.
            principal.HasClaim(claim => claim is { Type: EmailVerified, Value: "true", ValueType: ClaimValueTypes.Boolean }),
            principal.FindFirstValue("name"),
            [.. principal.FindAll(settings.GroupsClaim).Select(claim => claim.Value).Distinct(StringComparer.Ordinal)]);
    }

    private static Task RefuseAsync(RemoteFailureContext context)
    {
        var logger = context.HttpContext.RequestServices.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(OpenId).FullName!);
        OpenIdLog.Refused(logger, context.Failure?.Message.ReplaceLineEndings(" "));
        Redirect(context, "provider_refused");
        return Task.CompletedTask;
    }

    private static void Redirect(HandleRequestContext<RemoteAuthenticationOptions> context, string code)
    {
        context.Response.Redirect(string.Create(CultureInfo.InvariantCulture, $"{Authentication.SignInPath}?error={code}"));
        context.HandleResponse();
    }
}

internal static partial class OpenIdLog
{
    [LoggerMessage(Level = LogLevel.Warning, Message = "A sign-in through the identity provider failed: {Reason}")]
    public static partial void Refused(ILogger logger, string? reason);
}
