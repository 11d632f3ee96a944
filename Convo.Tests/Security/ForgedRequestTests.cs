using System.Net.Sockets;
using System.Text;
using Convo.Tests.Fixtures;

namespace Convo.Tests.Security;

/// <summary>A Host or a path that the gate could read differently from the router, on every administrators' route and on the metrics.</summary>
public sealed class ForgedRequestTests
{
    private static readonly string[] Hosts = ["x/health/live?", "localhost/health/live?", "evil.example", "localhost\r\nX-Original-URL: /health/live\r\nX-Rewrite-URL: /health/live"];

    [Fact]
    public async Task EveryClosedGet_WithForgedHostOrPath_AnswersNothing()
    {
        var app = await ConvoApp.SharedAsync();
        var victim = await Victim.CreateAsync(app);
        var paths = MappedRoutes.Of(app)
            .Where(route => route.Method == "GET" && (RouteTable.Rules[route.Name].Access is RouteAccess.Admin || route.Pattern == "/metrics"))
            .Select(route => victim.Fill(RouteTable.Rules[route.Name].Path ?? route.Pattern)).Distinct().ToList();
        Assert.Contains("/metrics", paths);
        List<string> failures = [];
        foreach (var path in paths)
        {
            var segment = path[1..];
            string[] targets =
            [
                path, "/" + path, path + "/", path + "/.", path + ";x=y", path + "%20", path + "%2f", path.ToUpperInvariant(), $"/%{(int)segment[0]:x2}{segment[1..]}",
                "/health/.." + path, "/health/live/..%2f.." + path, "http://x" + path, path + "?internal=1&bypass_filter=true",
            ];
            var tried = targets.Select(target => (Host: "localhost", Target: target)).Concat(Hosts.Select(host => (Host: host, Target: path)));
            foreach (var (host, target) in tried)
            {
                var answer = await SendAsync(app, $"GET {target} HTTP/1.1\r\nHost: {host}\r\nX-Forwarded-For: 127.0.0.1\r\nX-Forwarded-Host: localhost\r\nConnection: close\r\n\r\n");
                var status = answer.Length > 12 ? answer[9..12] : "cut";
                var signIn = status == "302" && answer.Contains("/sign-in", StringComparison.Ordinal);
                if (!(status is "400" or "401" or "403" or "404" || signIn) || answer.Contains(Victim.Canary, StringComparison.Ordinal) || answer.Contains("convo_llm", StringComparison.Ordinal))
                {
                    failures.Add($"GET {target} Host: {host}: {answer[..Math.Min(answer.Length, 120)]}");
                }
            }
        }

        Assert.Empty(failures);
    }

    private static async Task<string> SendAsync(ConvoApp app, string request)
    {
        using var client = new TcpClient();
        await client.ConnectAsync(app.Address.Host, app.Address.Port, TestContext.Current.CancellationToken);
        await using var stream = client.GetStream();
        await stream.WriteAsync(Encoding.ASCII.GetBytes(request), TestContext.Current.CancellationToken);
        using var reader = new StreamReader(stream, Encoding.ASCII);
        return await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
    }
}
