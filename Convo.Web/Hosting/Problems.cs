using System.Data.Common;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json;
using Convo.Core.Models;
using Convo.Core.Shared;
using Microsoft.AspNetCore.Diagnostics;

namespace Convo.Web.Hosting;

/// <summary>Every failure leaves as RFC 9457 problem+json with a stable <c>code</c>. This is the only place that knows HTTP statuses of failures.</summary>
public static class Problems
{
    public const string MediaType = "application/problem+json";

    public static IServiceCollection AddConvoProblems(this IServiceCollection services)
    {
        services.AddExceptionHandler<ProblemExceptionHandler>();
        // The handler answers everything; the service is what UseExceptionHandler() asks for.
        services.AddProblemDetails();
        services.Configure<RouteHandlerOptions>(options => options.ThrowOnBadRequest = true);
        services.ConfigureHttpJsonOptions(options => ConvoJson.Apply(options.SerializerOptions));
        return services;
    }

    public static IApplicationBuilder UseConvoProblems(this IApplicationBuilder app)
    {
        app.UseExceptionHandler(new ExceptionHandlerOptions { CreateScopeForErrors = true });
        // Bare statuses (an unknown route, a wrong method) of the API. Pages have their own.
        return app.UseWhen(context => context.IsApi(), api => api.UseStatusCodePages(pages =>
            pages.HttpContext.WriteProblemAsync(OfStatus(pages.HttpContext.Response.StatusCode))));
    }

    /// <summary>Whether the path belongs to programs: such requests are never redirected and always answered with a problem object.</summary>
    public static bool IsApi(this HttpContext context) =>
        context.Request.Path.StartsWithSegments("/api", StringComparison.OrdinalIgnoreCase)
        || context.IsOpenAi()
        || context.Request.Path.StartsWithSegments("/metrics", StringComparison.OrdinalIgnoreCase);

    /// <summary>Whether the path is one of those that OpenAI's SDKs call: they fail in OpenAI's shape.</summary>
    public static bool IsOpenAi(this HttpContext context) => context.Request.Path.StartsWithSegments("/v1", StringComparison.OrdinalIgnoreCase);

    public static async Task WriteProblemAsync(this HttpContext context, ProblemObject problem)
    {
        var response = context.Response;
        response.StatusCode = problem.Status;
        // The OpenAI-compatible routes fail in OpenAI's shape, which its SDKs read.
        var openAi = context.IsOpenAi();
        response.ContentType = openAi ? "application/json" : MediaType;
        response.Headers.CacheControl = "no-store";
        if (problem.RetryAfterSeconds is { } seconds)
        {
            response.Headers.RetryAfter = seconds.ToString(CultureInfo.InvariantCulture);
        }

        if (openAi)
        {
            OpenAiError.SetHeaders(context, problem);
        }

        var body = openAi ? OpenAiError.Of(problem) : problem.ToMembers();
        await JsonSerializer.SerializeAsync(response.Body, body, ConvoJson.Options, context.RequestAborted);
    }

    /// <summary>The problem object of an exception; also what an event stream sends when it fails.</summary>
    public static ProblemObject Of(Exception exception) => exception switch
    {
        ConvoException expected => OfExpected(expected),
        ProviderException provider => ProviderProblems.Of(provider),
        BadHttpRequestException { InnerException: JsonException json } => OfJson(json),
        BadHttpRequestException bad => OfBadRequest(bad),
        DbException { IsTransient: true } => new(StatusCodes.Status503ServiceUnavailable, "storage_unavailable",
            "The database does not answer at the moment. Nothing was changed; try again shortly.")
        {
            RetryAfter = TimeSpan.FromSeconds(5),
        },
        _ => new(StatusCodes.Status500InternalServerError, "internal_error",
            "Something failed inside Convo. Try again; if it stays, give the trace id to whoever runs this server.")
        {
            TraceId = Activity.Current?.TraceId.ToString(),
        },
    };

    public static ProblemObject OfStatus(int status) => status switch
    {
        StatusCodes.Status400BadRequest => new(status, "invalid_request", "The request cannot be understood as it is. Compare it with /docs."),
        StatusCodes.Status401Unauthorized => new(status, "unauthenticated", "Sign in, or send an API key as Authorization: Bearer cv_…."),
        StatusCodes.Status403Forbidden => new(status, "forbidden", "You may not do this."),
        StatusCodes.Status404NotFound => new(status, "not_found", "There is nothing at this address. Compare it with /docs."),
        StatusCodes.Status405MethodNotAllowed => new(status, "method_not_allowed", "This address does not answer this method. Compare it with /docs."),
        StatusCodes.Status413PayloadTooLarge => new(status, "too_large", "The request is larger than this address takes."),
        StatusCodes.Status415UnsupportedMediaType => new(status, "unsupported_type", "Send JSON as application/json, and a file as multipart/form-data."),
        StatusCodes.Status429TooManyRequests => new(status, "rate_limited", "Too many requests. Wait a little and try again."),
        _ => new(status, "failed", "The request failed."),
    };

    private static ProblemObject OfExpected(ConvoException expected) => new(StatusOf(expected.Kind), expected.Code, expected.Message)
    {
        Field = expected.Field,
        RetryAfter = expected.RetryAfter,
        ResetAt = expected.ResetAt,
        Facts = expected.Facts,
    };

    private static int StatusOf(ProblemKind kind) => kind switch
    {
        ProblemKind.Invalid => StatusCodes.Status400BadRequest,
        ProblemKind.Unauthenticated => StatusCodes.Status401Unauthorized,
        ProblemKind.Forbidden => StatusCodes.Status403Forbidden,
        ProblemKind.NotFound => StatusCodes.Status404NotFound,
        ProblemKind.Conflict => StatusCodes.Status409Conflict,
        ProblemKind.TooLarge => StatusCodes.Status413PayloadTooLarge,
        ProblemKind.UnsupportedType => StatusCodes.Status415UnsupportedMediaType,
        ProblemKind.Unprocessable => StatusCodes.Status422UnprocessableEntity,
        ProblemKind.LimitReached => StatusCodes.Status429TooManyRequests,
        ProblemKind.Unavailable => StatusCodes.Status503ServiceUnavailable,
        ProblemKind.NoRoom => StatusCodes.Status507InsufficientStorage,
        _ => StatusCodes.Status500InternalServerError,
    };

    private static ProblemObject OfBadRequest(BadHttpRequestException bad) => OfStatus(bad.StatusCode) with
    {
        // Of a parameter the framework's sentence names its type; the name is what helps.
        Field = ParameterIn(bad.Message),
    };

    private static ProblemObject OfJson(JsonException json)
    {
        var field = json.Path?.TrimStart('$').TrimStart('.');
        // Only messages of our own converters are written for people; the serializer's name .NET types.
        var ours = json.Message.StartsWith("Write ", StringComparison.Ordinal) || json.Message.StartsWith("The text contains", StringComparison.Ordinal);
        var detail = ours
            ? json.Message
            : string.IsNullOrEmpty(field)
                ? "The body is not the JSON object that this address takes. Compare it with /docs."
                : $"The value of {field} is not of the kind that is expected here, or a member is missing. Compare it with /docs.";
        return new(StatusCodes.Status400BadRequest, "invalid_request", detail) { Field = string.IsNullOrEmpty(field) ? null : field };
    }

    /// <summary>Framework messages read: Failed to bind parameter "int limit" from "x".</summary>
    private static string? ParameterIn(string message)
    {
        var quoted = message.Split('"');
        return quoted.Length > 2 && quoted[1].Split(' ') is [.., var name] && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_')
            ? JsonNamingPolicy.SnakeCaseLower.ConvertName(name)
            : null;
    }
}

/// <summary>Logs what nobody expected, once, and answers with the problem object.</summary>
internal sealed partial class ProblemExceptionHandler(ILogger<ProblemExceptionHandler> logger) : IExceptionHandler
{
    public async ValueTask<bool> TryHandleAsync(HttpContext httpContext, Exception exception, CancellationToken cancellationToken)
    {
        // Who asked is gone: there is nobody to answer, and a cancelled operation is not an error.
        if (exception is OperationCanceledException && httpContext.RequestAborted.IsCancellationRequested)
        {
            httpContext.Response.StatusCode = StatusCodes.Status499ClientClosedRequest;
            return true;
        }

        var problem = Problems.Of(exception);
        if (exception is not (ConvoException or ProviderException or BadHttpRequestException))
        {
            LogUnexpected(exception, httpContext.Request.Method, httpContext.GetEndpoint()?.DisplayName);
        }
        else if (exception is ConvoException { Kind: ProblemKind.Unavailable, InnerException: { } cause } unavailable)
        {
            // Whoever runs the server has to see why; one line, since what is away is away for many.
            LogUnavailable(httpContext.Request.Method, httpContext.GetEndpoint()?.DisplayName, unavailable.Code, cause.InnerException?.Message ?? cause.Message);
        }

        await httpContext.WriteProblemAsync(problem);
        return true;
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Method} {Endpoint} failed")]
    private partial void LogUnexpected(Exception exception, string method, string? endpoint);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Method} {Endpoint} was told to try again later, {Code}: {Cause}")]
    private partial void LogUnavailable(string method, string? endpoint, string code, string cause);
}
