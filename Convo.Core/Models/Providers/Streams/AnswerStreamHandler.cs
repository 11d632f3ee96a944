using Convo.Core.Models.Providers.Http;

namespace Convo.Core.Models.Providers.Streams;

/// <summary>Puts an <see cref="AnswerStream"/> in front of every answer of an address; other requests (a list of models, embeddings) pass.</summary>
internal sealed class AnswerStreamHandler(ProviderIdentity provider, EndpointHabits habits, Func<IAnswerWriter> writer, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        var response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        if (request.Method != HttpMethod.Post || request.RequestUri?.AbsolutePath.EndsWith("/embeddings", StringComparison.Ordinal) == true)
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

        var upstream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
        var content = new StreamContent(new AnswerStream(upstream, provider, habits, writer()));
        content.Headers.ContentType = new("text/event-stream");
        response.Content = content;
        return response;
    }
}
