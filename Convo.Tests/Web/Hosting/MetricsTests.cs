using System.Diagnostics.Metrics;
using System.Net;
using Convo.Tests.Fixtures;

namespace Convo.Tests.Web.Hosting;

public sealed class MetricsTests
{
    [Fact]
    public async Task Metrics_WithToken_AreReadAndWithAnotherNot()
    {
        await using var app = await ConvoApp.StartAsync(new() { Settings = { ["CONVO_METRICS_TOKEN"] = "a-token-of-this-test" } });
        using var prometheus = app.CreateClient("a-token-of-this-test");
        using var other = app.CreateClient("a-token-of-this-tess");

        using var read = await prometheus.GetAsync("/metrics", TestContext.Current.CancellationToken);
        using var refused = await other.GetAsync("/metrics", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, read.StatusCode);
        Assert.Contains("# HELP", await read.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
    }

    [Fact]
    public async Task Metrics_OfConvo_HaveTheNamesOfTheContract()
    {
        var app = await ConvoApp.SharedAsync();
        using var meter = new Meter("Convo.Test");
        meter.CreateCounter<long>("convo_test_total").Add(2, new KeyValuePair<string, object?>("kind", "a"));
        meter.CreateHistogram<double>("convo_test_seconds").Record(0.3);
        meter.CreateUpDownCounter<int>("convo_test_open").Add(1);
        meter.CreateObservableGauge("convo_test_held", () => 7);
        using var client = app.CreateClient(app.Admin);

        var text = await client.GetStringAsync("/metrics", TestContext.Current.CancellationToken);

        Assert.Contains("\nconvo_test_total{kind=\"a\"} 2\n", text, StringComparison.Ordinal);
        Assert.Contains("\nconvo_test_seconds_bucket{le=\"0.5\"} 1\n", text, StringComparison.Ordinal);
        Assert.Contains("\nconvo_test_open 1\n", text, StringComparison.Ordinal);
        Assert.Contains("\nconvo_test_held 7\n", text, StringComparison.Ordinal);
        Assert.DoesNotContain("convo_convo_", text, StringComparison.Ordinal);
        Assert.DoesNotContain("convo_test_convo_", text, StringComparison.Ordinal);
    }
}
