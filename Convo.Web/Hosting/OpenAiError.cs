using System.Diagnostics;
using Convo.Core.Models;

namespace Convo.Web.Hosting;

/// <summary>A problem as OpenAI writes it: <c>{"error": {message, type, param, code}}</c> (https://platform.openai.com/docs/guides/error-codes).</summary>
internal static class OpenAiError
{
    /// <summary>OpenAI's SDKs show this header with every answer and error; here it is the trace id that logs carry.</summary>
    public static void NameRequest(HttpContext context) =>
        context.Response.Headers["x-request-id"] = Activity.Current?.TraceId.ToString() ?? context.TraceIdentifier;

    public static object Of(ProblemObject problem) => new { error = new { message = problem.Detail, type = TypeOf(problem), param = problem.Field, code = CodeOf(problem) } };

    public static void SetHeaders(HttpContext context, ProblemObject problem)
    {
        NameRequest(context);
        if (!IsWorthRetrying(problem))
        {
            // The SDKs try 429 and 5xx again unless they are told.
            context.Response.Headers["x-should-retry"] = "false";
        }
    }

    /// <summary>False for what stays as it is however often it is asked: a spent budget, a provider's key that an administrator has to set right.</summary>
    private static bool IsWorthRetrying(ProblemObject problem) => problem.Status switch
    {
        StatusCodes.Status429TooManyRequests or StatusCodes.Status503ServiceUnavailable => problem.RetryAfter is null || problem.RetryAfter <= TimeSpan.FromMinutes(1),
        >= 500 => problem.Code != ProviderErrors.Auth,
        _ => false,
    };

    private static string TypeOf(ProblemObject problem) => problem switch
    {
        { Code: "budget_exceeded" } => "insufficient_quota",
        { Status: StatusCodes.Status401Unauthorized } => "authentication_error",
        { Status: StatusCodes.Status403Forbidden } => "permission_error",
        { Status: StatusCodes.Status429TooManyRequests } => "rate_limit_error",
        { Status: >= 500 } => "server_error",
        _ => "invalid_request_error",
    };

    /// <summary>Those codes that programs written for OpenAI look for have OpenAI's names.</summary>
    private static string CodeOf(ProblemObject problem) => problem.Code switch
    {
        "unauthenticated" => "invalid_api_key",
        "rate_limited" => "rate_limit_exceeded",
        ProviderErrors.ContextTooLong => "context_length_exceeded",
        var code => code,
    };
}
