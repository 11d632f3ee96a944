namespace Convo.Core.Models.Providers.Http;

internal enum FailureKind
{
    RateLimited,
    QuotaUsedUp,
    Overloaded,
    Auth,
    ContextTooLong,
    ContentFiltered,
    ModelNotFound,
    Timeout,
    NoEndpoint,
    Rejected,
}

/// <summary>
/// Tells failures apart by what the providers document, most telling first: the words of the body (they are the same whether they come
/// with a status or inside a stream), then the status.
/// </summary>
internal static class FailureKinds
{
    private static readonly string[] QuotaWords = ["insufficient_quota", "insufficient_credits", "billing_hard_limit", "credit balance", "exceeded your current quota, please check your plan"];
    private static readonly string[] ContextWords =
    [
        "context_length_exceeded", "exceed_context_size", "maximum context length", "context length", "context window", "context size", "prompt is too long",
        "input is too long", "too many input tokens", "input token count", "exceeds the maximum number of tokens", "reduce the length", "request_too_large", "max_prompt_tokens",
    ];

    private static readonly string[] FilterWords =
        ["content_filter", "content_policy", "responsibleai", "content management policy", "content filtering", "safety system", "flagged", "prohibited_content", "moderation"];

    private static readonly string[] AuthWords = ["invalid_api_key", "authentication_error", "permission_error", "api_key_invalid", "api key not valid", "incorrect api key", "invalid api key", "permission_denied", "unauthenticated"];
    private static readonly string[] ModelWords = ["model_not_found", "deploymentnotfound", "model_not_available", "invalid_model", "not a valid model"];
    private static readonly string[] MissingWords = ["not found", "does not exist", "not supported", "identifier is invalid", "unknown model", "not_found"];
    private static readonly string[] OverloadWords = ["overloaded", "server_error", "internal_error", "service_unavailable", "unavailable", "api_error", "engine_overloaded"];
    private static readonly string[] RateWords = ["rate_limit", "rate limit", "too_many_requests", "resource_exhausted", "tokens_limit_reached"];

    private static readonly string[] ClauseEnds = [". ", "; ", ", "];

    public static FailureKind Of(int? status, ErrorBody body)
    {
        var message = body.Message.ToLowerInvariant();
        if (Says(QuotaWords, body.Code, message) || status == 402)
        {
            return FailureKind.QuotaUsedUp;
        }

        if (status == 429)
        {
            return FailureKind.RateLimited;
        }

        if (status is null or 400 or 413 or 422 && Says(ContextWords, body.Code, message))
        {
            return FailureKind.ContextTooLong;
        }

        if (status is null or 400 or 403 or 422 && Says(FilterWords, body.Code, message))
        {
            return FailureKind.ContentFiltered;
        }

        if (status is 401 or 403 || Says(AuthWords, body.Code, message))
        {
            return FailureKind.Auth;
        }

        if (IsModelNotFound(status, body, message))
        {
            return FailureKind.ModelNotFound;
        }

        return status switch
        {
            404 => FailureKind.NoEndpoint,
            408 => FailureKind.Timeout,
            413 => FailureKind.ContextTooLong,
            >= 500 => FailureKind.Overloaded,
            >= 300 and < 400 => FailureKind.NoEndpoint,
            null when Says(RateWords, body.Code, message) => FailureKind.RateLimited,
            null when Says(OverloadWords, body.Code, "") => FailureKind.Overloaded,
            _ => FailureKind.Rejected,
        };
    }

    /// <summary>
    /// A 404 that talks of a model or has the shape of an API error; a 400 that says the <em>model</em> is what is missing: "the model does
    /// not support images" is another matter.
    /// </summary>
    private static bool IsModelNotFound(int? status, ErrorBody body, string message)
    {
        if (Says(ModelWords, body.Code, message))
        {
            return true;
        }

        return status switch
        {
            404 => body.Code.Length > 0 || message.Contains("model", StringComparison.Ordinal) || message.Contains("deployment", StringComparison.Ordinal),
            400 or 422 or null => SaysModelIsMissing(message),
            _ => false,
        };
    }

    private static bool SaysModelIsMissing(string message)
    {
        // "Model x is not supported", "the provided model identifier is invalid", "model 'x' not found": the verdict follows the word closely.
        var model = message.IndexOf("model", StringComparison.Ordinal);
        if (model < 0)
        {
            return false;
        }

        var rest = message[model..Math.Min(message.Length, model + 120)];
        var sentence = rest.Split(ClauseEnds, 2, StringSplitOptions.None)[0];
        return Says(MissingWords, "", sentence) && !sentence.Contains("with this model", StringComparison.Ordinal) && !sentence.Contains("'messages", StringComparison.Ordinal);
    }

    private static bool Says(string[] words, string code, string message) =>
        words.Any(w => code.Contains(w, StringComparison.Ordinal) || message.Contains(w, StringComparison.Ordinal));
}
