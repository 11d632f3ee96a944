using System.Globalization;
using System.Net.Http.Headers;

namespace Convo.Core.Models.Providers.Http;

/// <summary>
/// How long a provider asks to wait: <c>retry-after-ms</c> (milliseconds, OpenAI and Azure), else <c>Retry-After</c> in seconds or as a date
/// (RFC 9110 §10.2.3).
/// </summary>
internal static class RetryAfterHeader
{
    public static TimeSpan? Read(HttpResponseHeaders headers, TimeProvider time)
    {
        if (headers.TryGetValues("retry-after-ms", out var values)
            && double.TryParse(values.FirstOrDefault(), NumberStyles.Float, CultureInfo.InvariantCulture, out var milliseconds)
            && milliseconds is >= 0 and < 86_400_000)
        {
            return TimeSpan.FromMilliseconds(milliseconds);
        }

        if (headers.RetryAfter is { } header)
        {
            var wait = header.Delta ?? header.Date - time.GetUtcNow();
            return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
        }

        // Some servers send fractions of a second, which the typed header refuses.
        return headers.TryGetValues("Retry-After", out values)
            && double.TryParse(values.FirstOrDefault(), NumberStyles.Float, CultureInfo.InvariantCulture, out var seconds) && seconds is >= 0 and < 86_400
            ? TimeSpan.FromSeconds(seconds)
            : null;
    }
}
