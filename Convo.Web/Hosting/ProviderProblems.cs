using Convo.Core.Models;

namespace Convo.Web.Hosting;

/// <summary>What a provider's failure means for who asked Convo.</summary>
internal static class ProviderProblems
{
    public static ProblemObject Of(ProviderException failure) => new(StatusOf(failure.Code), failure.Code, failure.Message) { RetryAfter = failure.RetryAfter };

    private static int StatusOf(string code) => code switch
    {
        ProviderErrors.RateLimited => StatusCodes.Status429TooManyRequests,
        ProviderErrors.Overloaded => StatusCodes.Status503ServiceUnavailable,
        ProviderErrors.ContextTooLong or ProviderErrors.ContentFiltered => StatusCodes.Status400BadRequest,
        ProviderErrors.ModelNotFound => StatusCodes.Status404NotFound,
        ProviderErrors.Timeout => StatusCodes.Status504GatewayTimeout,
        // Convo's own turns use the same words for their ends.
        "interrupted" => StatusCodes.Status503ServiceUnavailable,
        "internal_error" => StatusCodes.Status500InternalServerError,
        // The key that the provider refused is the administrator's, not the caller's: 401 would send them looking for the wrong one.
        _ => StatusCodes.Status502BadGateway,
    };
}
