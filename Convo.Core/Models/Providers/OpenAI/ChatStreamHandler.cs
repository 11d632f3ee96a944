using Convo.Core.Models.Providers.Http;

namespace Convo.Core.Models.Providers.OpenAI;

/// <summary>Puts a <see cref="ChatStream"/> in front of every event stream of an address.</summary>
internal sealed class ChatStreamHandler(ProviderIdentity provider, EndpointHabits habits, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (request.RequestUri?.AbsolutePath.EndsWith("/chat/completions", StringComparison.Ordinal) != true)
        {
            return response;
        }

        // Only streams are asked for. A body of another type is an error that came with status 200, or no API at all.
        if (response.Content.Headers.ContentType?.MediaType is { } type && type is "application/json" or "text/html")
        {
            using (response)
            {
                var body = ErrorBody.Parse(await response.Content.ReadAsStringAsync(cancellationToken).ConfigureAwait(false));
                throw body.Code.Length > 0 || body.Message.Length > 0
                    ? ProviderFailures.InStream(provider, body)
                    : ProviderFailures.BadResponse(provider, "did not answer with a stream");
            }
        }

        var content = new StreamContent(new ChatStream(await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false), provider, habits));
        content.Headers.ContentType = new("text/event-stream");
        response.Content = content;
        return response;
    }
}
