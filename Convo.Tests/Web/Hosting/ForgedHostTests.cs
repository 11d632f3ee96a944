using System.Net.Sockets;
using System.Text;
using Convo.Tests.Fixtures;

namespace Convo.Tests.Web.Hosting;

/// <summary>Requests whose Host or path the gate could read differently from the router.</summary>
public sealed class ForgedHostTests
{
    /// <summary>CVE-2026-49468 of another gateway: the gate looked at a path made of Host, the router at another.</summary>
    [Theory]
    [InlineData("GET /api/convo/admin/users HTTP/1.1\r\nHost: x/health/live?\r\n")]
    [InlineData("GET /api/convo/admin/users HTTP/1.1\r\nHost: localhost\r\nX-Original-URL: /health/live\r\nX-Rewrite-URL: /health/live\r\n")]
    [InlineData("GET //api/convo/admin/users HTTP/1.1\r\nHost: localhost\r\n")]
    [InlineData("GET /api//convo/admin/users HTTP/1.1\r\nHost: localhost\r\n")]
    [InlineData("GET /%61pi/convo/%61dmin/users HTTP/1.1\r\nHost: localhost\r\n")]
    [InlineData("GET /API/CONVO/ADMIN/USERS HTTP/1.1\r\nHost: localhost\r\n")]
    [InlineData("GET /api/convo/admin/users;x=y HTTP/1.1\r\nHost: localhost\r\n")]
    [InlineData("GET /api/convo/admin/users/. HTTP/1.1\r\nHost: localhost\r\n")]
    [InlineData("GET /health/../api/convo/admin/users HTTP/1.1\r\nHost: localhost\r\n")]
    [InlineData("GET /health/live/..%2f..%2fapi/convo/admin/users HTTP/1.1\r\nHost: localhost\r\n")]
    [InlineData("GET http://x/api/convo/admin/users HTTP/1.1\r\nHost: localhost\r\n")]
    [InlineData("GET /metrics HTTP/1.1\r\nHost: localhost\r\nX-Forwarded-For: 127.0.0.1\r\n")]
    [InlineData("GET //metrics HTTP/1.1\r\nHost: localhost\r\n")]
    [InlineData("GET /%6detrics HTTP/1.1\r\nHost: localhost\r\n")]
    [InlineData("GET /metrics/ HTTP/1.1\r\nHost: localhost\r\n")]
    public async Task ForgedHostOrPath_OpensNothing(string request)
    {
        var app = await ConvoApp.SharedAsync();

        var answer = await RawAsync(app, request + "Connection: close\r\n\r\n");

        var status = answer.Split(' ')[1];
        // 302 is the sign-in page, for paths that are no program's.
        Assert.True(status is "400" or "401" or "302" or "404", answer);
        Assert.DoesNotContain("example.org", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("# HELP", answer, StringComparison.Ordinal);
    }

    private static async Task<string> RawAsync(ConvoApp app, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(app.Address.Host, app.Address.Port, TestContext.Current.CancellationToken);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream, Encoding.UTF8);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }
}
