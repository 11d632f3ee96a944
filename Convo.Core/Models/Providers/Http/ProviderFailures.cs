using System.Globalization;
using Convo.Core.Models;

namespace Convo.Core.Models.Providers.Http;

/// <summary>
/// The one place where a provider's failure becomes a code and a plain sentence with a next step. What the provider itself said is
/// added only where it helps, and never without the keys cut out.
/// </summary>
internal static class ProviderFailures
{
    public static ProviderException FromStatus(ProviderIdentity provider, int status, ErrorBody body, TimeSpan? retryAfter) =>
        Make(provider, FailureKinds.Of(status, body), status, body, retryAfter);

    /// <summary>An error event inside a stream that began well.</summary>
    public static ProviderException InStream(ProviderIdentity provider, ErrorBody body) =>
        Make(provider, FailureKinds.Of(body.Status, body), body.Status, body, null);

    public static ProviderException Unreachable(ProviderIdentity provider, Exception? cause) => new(
        ProviderErrors.Unreachable,
        $"{provider.Name} cannot be reached. Try again in a moment or choose another model; an administrator can check the network and {provider.UrlSetting}.",
        cause)
    { IsTransient = true };

    public static ProviderException Cut(ProviderIdentity provider, Exception? cause = null) => Cut(provider.Name, cause);

    public static ProviderException Cut(string providerName, Exception? cause = null) => new(
        ProviderErrors.StreamCut,
        $"{providerName} broke off before the answer was complete. What arrived is kept; regenerate to try again.",
        cause);

    /// <summary>What an SDK throws at an answer it cannot make sense of.</summary>
    public static ProviderException Unreadable(string providerName, Exception cause) => new(
        ProviderErrors.BadResponse,
        $"{providerName} answered in a form that cannot be read. Try again or choose another model.",
        WithoutText(cause));

    public static ProviderException BadResponse(ProviderIdentity provider, string what, Exception? cause = null) => new(
        ProviderErrors.BadResponse,
        $"{provider.Name} {what}. Try again or choose another model; if it stays, an administrator can check {provider.UrlSetting}.",
        cause is null ? null : WithoutText(cause));

    /// <summary>Parsers and SDKs quote what they could not read, which may be anything, a key too. What they are called is kept.</summary>
    private static InvalidDataException WithoutText(Exception cause)
    {
        var names = new List<string>();
        for (var e = cause; e is not null; e = e.InnerException)
        {
            names.Add(e.GetType().Name);
        }

        return new InvalidDataException(string.Join(" < ", names));
    }

    private static ProviderException Make(ProviderIdentity provider, FailureKind kind, int? status, ErrorBody body, TimeSpan? retryAfter)
    {
        var http = status is { } s ? string.Create(CultureInfo.InvariantCulture, $" (HTTP {s})") : "";
        var said = Redactor.Clean(body.Message, provider.Secrets);
        var quote = said.Length == 0 ? "" : $" It said: “{said}”";
        return kind switch
        {
            FailureKind.RateLimited => new(ProviderErrors.RateLimited, $"{provider.Name} accepts no more requests for the moment.{Wait(retryAfter)} Try again then, or choose another model.")
            { RetryAfter = retryAfter, IsTransient = true },
            FailureKind.QuotaUsedUp => new(ProviderErrors.RateLimited, $"The account at {provider.Name} has no credit or quota left. Choose another model; an administrator can add credit there."),
            FailureKind.Overloaded => new(ProviderErrors.Overloaded, $"{provider.Name} is overloaded or has a fault on its side{http}.{Wait(retryAfter)} Try again in a moment, or choose another model.")
            { RetryAfter = retryAfter, IsTransient = true },
            FailureKind.Auth => new(ProviderErrors.Auth, provider.KeySetting is { } key
                ? $"{provider.Name} refused the key{http}. Choose another model; an administrator can correct {key}."
                : $"{provider.Name} refused the request for lack of rights{http}. Choose another model; an administrator can check {provider.UrlSetting}."),
            FailureKind.ContextTooLong => new(ProviderErrors.ContextTooLong, "The conversation is too long for this model. Start a new chat, shorten the message, or choose a model with a larger context."),
            FailureKind.ContentFiltered => new(ProviderErrors.ContentFiltered, $"{provider.Name} declined this request by its content rules. Rephrase the message, or choose another model."),
            FailureKind.ModelNotFound => new(ProviderErrors.ModelNotFound, $"{provider.Name} does not have this model, or this key may not use it. Choose another model.{quote}"),
            FailureKind.Timeout => new(ProviderErrors.Timeout, $"{provider.Name} took too long{http}. Try again, or choose another model."),
            FailureKind.NoEndpoint => BadResponse(provider, $"has nothing at the address that is set{http}"),
            _ => new(ProviderErrors.BadResponse, $"{provider.Name} did not accept the request{http}. Change the message or choose another model.{quote}"),
        };
    }

    private static string Wait(TimeSpan? retryAfter) =>
        retryAfter is { } wait && wait >= TimeSpan.FromSeconds(1)
            ? string.Create(CultureInfo.InvariantCulture, $" It asks to wait {Math.Ceiling(wait.TotalSeconds)} s.")
            : "";
}
