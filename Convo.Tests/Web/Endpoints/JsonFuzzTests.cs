using System.Text;
using Convo.Tests.Fixtures;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;

namespace Convo.Tests.Web.Endpoints;

/// <summary>Every mapped route that takes a body gets every broken body: the answer is a 4xx, never a 500, and the process goes on.</summary>
public sealed class JsonFuzzTests
{
    private static readonly byte[][] Bodies =
    [
        [],
        "null"u8.ToArray(),
        "[]"u8.ToArray(),
        "0"u8.ToArray(),
        "\"x\""u8.ToArray(),
        "{"u8.ToArray(),
        "{\"name\":"u8.ToArray(),
        "{\"name\":1,\"content\":1,\"title\":1,\"email\":1}"u8.ToArray(),
        "{\"name\":null,\"content\":null,\"email\":null,\"user_id\":null,\"scopes\":null}"u8.ToArray(),
        "{\"name\":[[[]]],\"content\":{},\"title\":[],\"email\":{},\"scopes\":{}}"u8.ToArray(),
        "{\"name\":\"a\\u0000b\",\"content\":\"a\\u0000b\",\"title\":\"a\\u0000b\",\"email\":\"a\\u0000@b\"}"u8.ToArray(),
        "{\"name\":\"\\ud800\",\"content\":\"\\ud800\",\"title\":\"\\udc00x\",\"email\":\"\\ud800@b\"}"u8.ToArray(),
        "{\"name\":\"a\",\"name\":\"b\",\"content\":\"a\",\"content\":\"b\",\"title\":\"a\",\"title\":\"b\"}"u8.ToArray(),
        "{\"scopes\":[null],\"attachment_ids\":[null],\"collection_ids\":[\"x\"],\"name\":\"a\",\"content\":\"a\"}"u8.ToArray(),
        "{\"temperature\":1e999,\"max_output_tokens\":99999999999999999999,\"content\":\"a\"}"u8.ToArray(),
        [.. "{\"name\":\""u8, 0xC3, 0x28, 0xFF, .. "\"}"u8],
        [0xFF, 0xFE, 0x7B, 0x00],
        Encoding.ASCII.GetBytes(string.Concat(Enumerable.Repeat("{\"a\":", 10_000)) + "1" + new string('}', 10_000)),
        Encoding.ASCII.GetBytes("{\"name\":" + new string('[', 10_000) + new string(']', 10_000) + "}"),
    ];

    [Fact]
    public async Task EveryRoute_EveryBrokenBody_IsA4xx()
    {
        var app = await ConvoApp.SharedAsync();
        var user = await app.CreateUserAsync(Convo.Core.Accounts.Role.Admin);
        using var client = app.CreateClient(user);
        List<string> failures = [];
        foreach (var (method, path) in Routes(app))
        {
            for (var i = 0; i < Bodies.Length; i++)
            {
                using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = new ByteArrayContent(Bodies[i]) };
                request.Content.Headers.TryAddWithoutValidation("Content-Type", "application/json");
                using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
                // A body whose members are all optional or unknown may be fine.
                if ((int)response.StatusCode is >= 500 or (>= 300 and < 400))
                {
                    failures.Add($"{method} {path} body {i}: {(int)response.StatusCode} {await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken)}");
                }
            }
        }

        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    [Fact]
    public async Task EveryRoute_WrongContentType_IsA4xx()
    {
        var app = await ConvoApp.SharedAsync();
        using var client = app.CreateClient(await app.CreateUserAsync(Convo.Core.Accounts.Role.Admin));
        List<string> failures = [];
        foreach (var (method, path) in Routes(app))
        {
            using var request = new HttpRequestMessage(new HttpMethod(method), path) { Content = new StringContent("<a/>", Encoding.UTF8, "text/xml") };
            using var response = await client.SendAsync(request, TestContext.Current.CancellationToken);
            if ((int)response.StatusCode is >= 500 or (>= 300 and < 400))
            {
                failures.Add($"{method} {path}: {(int)response.StatusCode}");
            }
        }

        Assert.True(failures.Count == 0, string.Join('\n', failures));
    }

    /// <summary>Method and path of every API route that may take a body, with an id that is nobody's.</summary>
    private static List<(string Method, string Path)> Routes(ConvoApp app)
    {
        var unknown = Guid.CreateVersion7(DateTimeOffset.UnixEpoch).ToString();
        var routes = app.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>()
            .SelectMany(endpoint => (endpoint.Metadata.GetMetadata<IHttpMethodMetadata>()?.HttpMethods ?? [])
                .Where(method => method is "POST" or "PUT" or "PATCH")
                .Select(method => (method, "/" + string.Join('/', endpoint.RoutePattern.PathSegments.Select(segment => string.Concat(segment.Parts.Select(part =>
                    part is Microsoft.AspNetCore.Routing.Patterns.RoutePatternLiteralPart literal ? literal.Content : unknown)))))))
            .Where(route => route.Item2.StartsWith("/api/", StringComparison.Ordinal) || route.Item2.StartsWith("/v1/", StringComparison.Ordinal))
            .Distinct()
            .ToList();
        Assert.NotEmpty(routes);
        return routes;
    }
}
