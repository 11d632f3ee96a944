using Convo.Core.Accounts;
using Microsoft.AspNetCore.Antiforgery;
using Microsoft.AspNetCore.Authorization;

namespace Convo.Web.Hosting;

/// <summary>What every request has to satisfy whatever its route: scopes of keys, antiforgery of cookies, the origin of circuits.</summary>
public static class ApiGuards
{
    public const string AntiforgeryHeader = "RequestVerificationToken";

    /// <summary>To be placed after authorization.</summary>
    public static IApplicationBuilder UseConvoGuards(this IApplicationBuilder app) => app.Use(GuardAsync);

    private static async Task GuardAsync(HttpContext context, RequestDelegate next)
    {
        if (await RefusalAsync(context) is { } refusal)
        {
            await context.WriteProblemAsync(refusal);
            return;
        }

        if (context.User.Identity?.IsAuthenticated == true)
        {
            await context.RequestServices.GetRequiredService<RequestWatch>().RunAsync(context, next);
        }
        else
        {
            await next(context);
        }
    }

    private static async ValueTask<ProblemObject?> RefusalAsync(HttpContext context)
    {
        var request = context.Request;
        // PostgreSQL cannot store U+0000, and no route has a use for it.
        if (request.QueryString.Value?.Contains("%00", StringComparison.Ordinal) == true)
        {
            return new(StatusCodes.Status400BadRequest, "invalid_request", "The address contains the character U+0000. Leave it out.");
        }

        // A WebSocket is not bound by the same-origin rule, and the browser sends the cookie along.
        if (request.Path.StartsWithSegments("/_blazor", StringComparison.OrdinalIgnoreCase) && IsCrossOrigin(request))
        {
            return new(StatusCodes.Status403Forbidden, "cross_origin", "This address answers Convo's own pages only.");
        }

        if (context.User.Identity?.IsAuthenticated != true || !context.IsApi())
        {
            return null;
        }

        var changes = !(HttpMethods.IsGet(request.Method) || HttpMethods.IsHead(request.Method) || HttpMethods.IsOptions(request.Method));
        if (context.User.ApiKeyId() is not null)
        {
            // On administrators' routes the scope admin counts; their policy has checked it.
            if (context.GetEndpoint()?.Metadata.GetOrderedMetadata<IAuthorizeData>().Any(data => data.Policy == Roles.Admin) == true)
            {
                return null;
            }

            var needed = changes ? ApiScopes.Chat : ApiScopes.Read | ApiScopes.Chat;
            return (context.User.ApiScopes() & needed) == ApiScopes.None
                ? new(StatusCodes.Status403Forbidden, "scope_missing", $"This key lacks the scope {(changes ? "chat" : "read")}. Use another key.")
                : null;
        }

        return changes && !await context.RequestServices.GetRequiredService<IAntiforgery>().IsRequestValidAsync(context)
            ? new(StatusCodes.Status400BadRequest, "antiforgery", $"Send the header {AntiforgeryHeader} with the token of GET /api/convo/antiforgery, or use an API key.")
            : null;
    }

    private static bool IsCrossOrigin(HttpRequest request) =>
        request.Headers.Origin.ToString() is { Length: > 0 } origin
        && !(Uri.TryCreate(origin, UriKind.Absolute, out var from)
            && string.Equals(from.Authority, new Uri($"{request.Scheme}://{request.Host}").Authority, StringComparison.OrdinalIgnoreCase));
}
