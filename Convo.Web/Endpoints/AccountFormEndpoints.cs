using Convo.Core.Accounts;
using Convo.Core.Shared;
using Convo.Web.Hosting;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.Options;

namespace Convo.Web.Endpoints;

/// <summary>
/// Where the static sign-in pages send their forms: a cookie cannot be written on a circuit.
/// A refusal leads back to the page with <c>?error=code</c> (and <c>field</c>), or is a problem object for who asks for JSON.
/// </summary>
public static class AccountFormEndpoints
{
    private const string SetupPath = "/setup";
    private const string SettingsPath = "/settings";

    public static RouteGroupBuilder MapAccountFormEndpoints(this IEndpointRouteBuilder app)
    {
        var group = app.MapGroup("/account").ExcludeFromDescription();
        group.MapPost("/sign-in", SignInAsync).AllowAnonymous();
        group.MapPost("/setup", SetupAsync).AllowAnonymous();
        group.MapPost("/sign-out", SignOutAsync).AllowAnonymous();
        group.MapPost("/password", ChangePasswordAsync);
        group.MapPost("/delete", DeleteAsync);
        // Links and not forms: the policy form-action would stop a form from leading to the provider.
        group.MapGet("/provider", Enter).AllowAnonymous();
        group.MapGet("/provider/connect", Connect);
        return group;
    }

    private static Task<IResult> SignInAsync(
        HttpContext context, ISignInService signIn, SignInThrottle throttle, IAntiforgery antiforgery, CancellationToken cancellationToken) =>
        HandleAsync(context, antiforgery, Authentication.SignInPath, async form =>
        {
            throttle.Require(context, form["email"].ToString());
            var identity = await signIn.SignInAsync(form["email"], form["password"], cancellationToken);
            return await EnterAsync(context, identity, SignInMethod.Password, LocalUrl(form["returnUrl"]));
        });

    private static Task<IResult> SetupAsync(
        HttpContext context, ISetupService setup, SignInThrottle throttle, IAntiforgery antiforgery, CancellationToken cancellationToken) =>
        HandleAsync(context, antiforgery, SetupPath, async form =>
        {
            throttle.Require(context, form["token"].ToString());
            var identity = await setup.CompleteAsync(new(form["token"], form["name"], form["email"], form["password"]), cancellationToken);
            return await EnterAsync(context, identity, SignInMethod.Link, "/");
        });

    private static Task<IResult> ChangePasswordAsync(
        HttpContext context, Caller caller, ISignInService signIn, SignInThrottle throttle, IAntiforgery antiforgery, CancellationToken cancellationToken) =>
        HandleAsync(context, antiforgery, SettingsPath, async form =>
        {
            throttle.Require(context, caller.UserId.ToString());
            var identity = await signIn.ChangePasswordAsync(caller, form["current_password"], form["password"], cancellationToken);
            return await EnterAsync(context, identity, SignInMethod.Password, SettingsPath);
        });

    private static Task<IResult> DeleteAsync(
        HttpContext context, Caller caller, IMyData data, SignInThrottle throttle, IAntiforgery antiforgery, CancellationToken cancellationToken) =>
        HandleAsync(context, antiforgery, SettingsPath, async form =>
        {
            throttle.Require(context, caller.UserId.ToString());
            await data.DeleteAccountAsync(caller, form["email"], form["password"], cancellationToken);
            await context.SignOutAsync(Authentication.CookieScheme);
            return TypedResults.LocalRedirect(Authentication.SignInPath);
        });

    private static IResult Enter(IOptions<OpenIdSettings> provider, string? returnUrl = null) =>
        provider.Value.IsOn ? OpenId.Challenge(LocalUrl(returnUrl), connect: null) : TypedResults.LocalRedirect(Authentication.SignInPath);

    private static IResult Connect(Caller caller, IOptions<OpenIdSettings> provider) =>
        provider.Value.IsOn ? OpenId.Challenge(SettingsPath, caller.UserId) : TypedResults.LocalRedirect(SettingsPath);

    private static Task<IResult> SignOutAsync(HttpContext context, IAntiforgery antiforgery) =>
        HandleAsync(context, antiforgery, Authentication.SignInPath, async _ =>
        {
            await context.LeaveAsync();
            return TypedResults.LocalRedirect(Authentication.SignInPath);
        });

    private static async Task<IResult> EnterAsync(HttpContext context, Identity identity, SignInMethod method, string next)
    {
        await context.EnterAsync(identity, method);
        return TypedResults.LocalRedirect(next);
    }

    private static async Task<IResult> HandleAsync(HttpContext context, IAntiforgery antiforgery, string page, Func<IFormCollection, Task<IResult>> handle)
    {
        var form = FormCollection.Empty as IFormCollection;
        try
        {
            form = context.Request.HasFormContentType ? await context.Request.ReadFormAsync(context.RequestAborted) : form;
            if (!await antiforgery.IsRequestValidAsync(context))
            {
                throw new ConvoException(ProblemKind.Invalid, "form_expired", "This form was open for too long. Send it again.");
            }

            if (form.Any(field => field.Value.Any(value => value?.Contains('\0', StringComparison.Ordinal) == true)))
            {
                throw new ConvoException(ProblemKind.Invalid, "invalid_request", "The form contains a character that cannot be stored.");
            }

            return await handle(form);
        }
        catch (ConvoException refused) when (!context.Request.Headers.Accept.ToString().Contains("json", StringComparison.Ordinal))
        {
            return TypedResults.LocalRedirect(BackTo(page, form, refused));
        }
    }

    private static string BackTo(string page, IFormCollection form, ConvoException refused)
    {
        var query = QueryString.Create("error", refused.Code);
        query = refused.Field is null ? query : query.Add("field", refused.Field);
        query = page == SetupPath ? query.Add("token", form["token"].ToString()) : query;
        query = form.TryGetValue("returnUrl", out var next) && LocalUrl(next) is var local and not "/" ? query.Add("returnUrl", local) : query;
        return page + query.ToUriComponent();
    }

    /// <summary>A path of this server, or the start page. "//host" and "/\host" are other servers to a browser.</summary>
    internal static string LocalUrl(string? url) =>
        url is ['/', ..] && url is not ['/', '/' or '\\', ..] && !url.Any(char.IsControl) ? url : "/";
}
