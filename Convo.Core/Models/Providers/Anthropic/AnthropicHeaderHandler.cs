namespace Convo.Core.Models.Providers.Anthropic;

/// <summary>Sets the headers right that the SDK has its own idea of.</summary>
internal sealed class AnthropicHeaderHandler(string? apiKey, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    public const string VersionHeader = "anthropic-version";

    /// <summary>The version that every server of this protocol knows; in it sampling parameters exist.</summary>
    public const string SamplingVersion = "2023-06-01";

    protected override Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        // A version of one request is added to the SDK's default by the SDK; the last one is meant.
        var version = request.Headers.TryGetValues(VersionHeader, out var versions) ? versions.Last() : SamplingVersion;
        request.Headers.Remove(VersionHeader);
        request.Headers.Add(VersionHeader, version);

        // Since version 13 the SDK sends the key as a bearer token only. Gateways that speak the protocol read this header, and Anthropic prefers it.
        if (apiKey is not null)
        {
            request.Headers.Remove("x-api-key");
            request.Headers.Add("x-api-key", apiKey);
        }

        return base.SendAsync(request, cancellationToken);
    }
}
