using Convo.Core.Shared;

namespace Convo.Core.Models;

/// <summary>A provider failed. The code is one of <see cref="ProviderErrors"/>; the detail is safe to show.</summary>
public sealed class ProviderException(string code, string detail, Exception? inner = null) : Exception(detail, inner)
{
    public string Code { get; } = code;

    /// <summary>What the provider asked us to wait, when it did.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>Whether the same call may succeed a little later: true of limits, overload and a missing connection, never of a used-up account.</summary>
    public bool IsTransient { get; init; }

    public Problem ToProblem() => new(Code, Message);
}

/// <summary>The one set of codes that every provider's errors map to.</summary>
public static class ProviderErrors
{
    public const string RateLimited = "provider_rate_limited";
    public const string Overloaded = "provider_overloaded";
    public const string Auth = "provider_auth";
    public const string ContextTooLong = "context_too_long";
    public const string ContentFiltered = "content_filtered";
    public const string ModelNotFound = "model_not_found";
    public const string Timeout = "provider_timeout";
    public const string Unreachable = "provider_unreachable";
    public const string BadResponse = "provider_bad_response";
    public const string StreamCut = "stream_cut";
}
