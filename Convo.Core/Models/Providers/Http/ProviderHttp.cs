using System.Net;

namespace Convo.Core.Models.Providers.Http;

/// <summary>
/// The HTTP client of one provider address: connection pool, connect timeout, and the handler that turns whatever goes wrong on the wire
/// into a <see cref="ProviderException"/>. Answer timeouts are the pipeline's, so the client itself has none.
/// </summary>
internal static class ProviderHttp
{
    public static HttpClient Create(ProviderIdentity provider, Uri baseUrl, TimeSpan connectTimeout, TimeProvider time, Func<HttpMessageHandler, HttpMessageHandler>? inside = null)
    {
        HttpMessageHandler handler = new SocketsHttpHandler
        {
            ConnectTimeout = connectTimeout,
            // New addresses of the provider are picked up while the process runs for weeks.
            PooledConnectionLifetime = TimeSpan.FromMinutes(5),
            // A redirect would carry the key to another address.
            AllowAutoRedirect = false,
            UseCookies = false,
            AutomaticDecompression = DecompressionMethods.None,
            // A proxy of the environment is for the way out, not for a server on this machine.
            UseProxy = !baseUrl.IsLoopback,
            EnableMultipleHttp2Connections = true,
        };
        handler = new FailureHandler(provider, time, handler);
        return new HttpClient(inside is null ? handler : inside(handler), disposeHandler: true) { Timeout = Timeout.InfiniteTimeSpan };
    }
}
