namespace Convo.Core.Models.Providers.Http;

/// <summary>Turns a connection that does not come about, and every status that is no success, into a <see cref="ProviderException"/>.</summary>
internal sealed class FailureHandler(ProviderIdentity provider, TimeProvider time, HttpMessageHandler inner) : DelegatingHandler(inner)
{
    private const int MaxErrorBytes = 64 * 1024;

    protected override async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        HttpResponseMessage response;
        try
        {
            response = await base.SendAsync(request, cancellationToken).ConfigureAwait(false);
        }
        catch (HttpRequestException e)
        {
            throw ProviderFailures.Unreachable(provider, e);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            // The only timeout below this handler is that of the connection.
            throw ProviderFailures.Unreachable(provider, e);
        }

        if (response.IsSuccessStatusCode)
        {
            return response;
        }

        using (response)
        {
            var body = await ReadAsync(response, cancellationToken).ConfigureAwait(false);
            throw ProviderFailures.FromStatus(provider, (int)response.StatusCode, ErrorBody.Parse(body), RetryAfterHeader.Read(response.Headers, time));
        }
    }

    private static async Task<string> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        try
        {
            var stream = await response.Content.ReadAsStreamAsync(cancellationToken).ConfigureAwait(false);
            await using (stream.ConfigureAwait(false))
            {
                var buffer = new byte[MaxErrorBytes];
                var read = await stream.ReadAtLeastAsync(buffer, MaxErrorBytes, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
                return System.Text.Encoding.UTF8.GetString(buffer, 0, read);
            }
        }
        catch (IOException)
        {
            // The status alone says enough when the connection breaks inside the error's body.
            return "";
        }
    }
}
