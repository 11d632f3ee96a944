using System.Text;

namespace Convo.Tests.Security;

internal static class Requests
{
    public static HttpRequestMessage Of(string method, string path, string? body) => new(new HttpMethod(method), new Uri(path, UriKind.Relative))
    {
        Content = body is null ? null : new StringContent(body, Encoding.UTF8, "application/json"),
    };
}
