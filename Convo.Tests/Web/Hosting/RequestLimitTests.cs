using System.Net;
using System.Text;
using Convo.Tests.Fixtures;

namespace Convo.Tests.Web.Hosting;

public sealed class RequestLimitTests
{
    [Fact]
    public async Task RateLimit_Reached_Is429WithRetryAfter()
    {
        await using var app = await ConvoApp.StartAsync(new() { Settings = { ["Convo:RateLimits:AnonymousRequestsPerMinute"] = "3" } });
        using var client = app.CreateAnonymousClient();
        HttpResponseMessage response;
        var count = 0;
        do
        {
            response = await client.GetAsync("/api/convo/antiforgery", TestContext.Current.CancellationToken);
            count++;
        }
        while (response.StatusCode == HttpStatusCode.OK && count < 10);

        Assert.Equal(4, count);
        var problem = await response.ShouldBeProblemAsync(HttpStatusCode.TooManyRequests, "rate_limited");
        Assert.Equal(response.Headers.RetryAfter!.Delta!.Value.TotalSeconds, problem.GetProperty("retry_after").GetInt64());
    }

    [Fact]
    public async Task Body_OverTheLimit_Is413()
    {
        var app = await ConvoApp.SharedAsync();
        using var client = app.CreateClient(app.Admin);
        using var body = new StringContent($"{{\"name\":\"{new string('x', 3_000_000)}\"}}", Encoding.UTF8, "application/json");

        using var response = await client.PostAsync("/api/convo/api-keys", body, TestContext.Current.CancellationToken);

        await response.ShouldBeProblemAsync(HttpStatusCode.RequestEntityTooLarge, "too_large");
    }
}
