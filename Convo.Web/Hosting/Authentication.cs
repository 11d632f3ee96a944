using Convo.Core.Accounts;
using Convo.Core.Shared;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.Cookies;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Components.Authorization;

namespace Convo.Web.Hosting;

/// <summary>Who a request is from: the browser's cookie, or an API key. Everything that is not marked as public needs one of them.</summary>
public static class Authentication
{
    public const string CookieScheme = CookieAuthenticationDefaults.AuthenticationScheme;
    public const string ApiKeyScheme = "ApiKey";
    public const string CookieName = "convo.session";
    public const string SignInPath = "/sign-in";
    private const string ChooseScheme = "CookieOrApiKey";

    public static IServiceCollection AddConvoAuthentication(this IServiceCollection services)
    {
        services.AddHttpContextAccessor();
        services.AddSingleton<SessionCookieEvents>();
        services.AddSingleton<RequestWatch>();
        services.AddHostedService(provider => provider.GetRequiredService<RequestWatch>());
        services.AddAuthentication(ChooseScheme)
            .AddPolicyScheme(ChooseScheme, null, options => options.ForwardDefaultSelector = Choose)
            .AddScheme<AuthenticationSchemeOptions, ApiKeyHandler>(ApiKeyScheme, null)
            .AddCookie(CookieScheme, options =>
            {
                options.Cookie.Name = CookieName;
                options.Cookie.HttpOnly = true;
                options.Cookie.SameSite = SameSiteMode.Lax;
                options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
                options.ExpireTimeSpan = TimeSpan.FromDays(14);
                options.SlidingExpiration = true;
                options.LoginPath = SignInPath;
                options.AccessDeniedPath = SignInPath;
                options.ReturnUrlParameter = "returnUrl";
                options.EventsType = typeof(SessionCookieEvents);
            });

        // Closed by default: a route that nobody thought about asks for a person.
        services.AddAuthorizationBuilder()
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build())
            .AddPolicy(Roles.Admin, policy => policy.RequireRole(Roles.Admin));

        services.AddAntiforgery(options =>
        {
            options.Cookie.Name = "convo.antiforgery";
            options.Cookie.HttpOnly = true;
            options.Cookie.SameSite = SameSiteMode.Strict;
            options.Cookie.SecurePolicy = CookieSecurePolicy.SameAsRequest;
            options.HeaderName = ApiGuards.AntiforgeryHeader;
            options.SuppressXFrameOptionsHeader = true;
        });

        // Routes take a Caller as a parameter; components take a CallerProvider.
        services.AddScoped(provider => provider.GetRequiredService<IHttpContextAccessor>().HttpContext?.User.ToCaller()
            ?? throw new ConvoException(ProblemKind.Unauthenticated, "unauthenticated", "Sign in, or send an API key as Authorization: Bearer cv_…."));
        services.AddScoped<CallerProvider>();
        services.AddScoped<AuthenticationStateProvider, CircuitAuthentication>();
        services.AddCascadingAuthenticationState();
        return services;
    }

    /// <summary>
    /// Keys count on the API only: a page opened with one would be a circuit that no scope binds. The routes for OpenAI's SDKs take nothing
    /// but keys.
    /// </summary>
    private static string Choose(HttpContext context) =>
        context.IsOpenAi() || (context.IsApi() && ApiKeyHandler.TokenIn(context.Request) is not null) ? ApiKeyScheme : CookieScheme;
}
