using System.Net;
using System.Text.RegularExpressions;
using Convo.Core.Accounts;
using Convo.Tests.Fakes;
using Convo.Tests.Fixtures;
using Convo.Web.Hosting;

namespace Convo.Tests.Security;

/// <summary>Labels of metrics are words of the program and names of the catalogue: nothing that a person or a model says, and no id, makes a new one.</summary>
public sealed partial class MetricLabelTests
{
    private const string Marker = "label-of-a-person-7f3a";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Series_OfManyPeopleTextsPathsAndErrors_AreNoMoreThanOfOne()
    {
        await using var stub = await ProviderStub.StartAsync();
        await using var app = await ConvoApp.StartAsync(new()
        {
            Settings = new() { ["OPENAI_BASE_URL"] = stub.BaseUrl.ToString(), ["OPENAI_API_KEY"] = "stub-key", ["OPENAI_MODELS"] = Marker + "-model", ["CONVO_DEFAULT_MODEL"] = Marker + "-model" },
        });
        await RoundAsync(app, stub, 0);
        var before = await SeriesAsync(app);
        for (var i = 1; i <= 6; i++)
        {
            await RoundAsync(app, stub, i);
        }

        var after = await SeriesAsync(app);

        // Other tests of this process add series of their own at the same time; the catalogue's name tells which are of this app.
        Assert.NotEmpty(before);
        Assert.Equal(before.Where(OfThisApp), after.Where(OfThisApp));
        var wrong = string.Join('\n', after.Where(line => line.Replace(Marker + "-model", "", StringComparison.Ordinal).Contains(Marker, StringComparison.Ordinal)
            || Id().IsMatch(line) || line.Contains("@example.org", StringComparison.Ordinal)));
        Assert.True(wrong.Length == 0, wrong);
    }

    [Fact]
    public async Task Metrics_ToAnybodyElse_AreClosed()
    {
        var app = await ConvoApp.SharedAsync();
        using var nobody = app.CreateAnonymousClient();
        using var member = app.CreateClient(await app.CreateUserAsync());
        using var weak = app.CreateClient(await app.CreateKeyAsync(app.Admin.Id, ["chat", "read"]));
        foreach (var (client, status) in new[] { (nobody, HttpStatusCode.Unauthorized), (member, HttpStatusCode.Forbidden), (weak, HttpStatusCode.Forbidden) })
        {
            foreach (var path in new[] { "/metrics", "/metrics/", "/Metrics", "/metrics?token=x" })
            {
                using var response = await client.GetAsync(path, Token);
                Assert.Equal(status, response.StatusCode);
                Assert.DoesNotContain("# HELP", await response.Content.ReadAsStringAsync(Token), StringComparison.Ordinal);
            }
        }
    }

    private static async Task RoundAsync(ConvoApp app, ProviderStub stub, int round)
    {
        var word = $"{Marker}-{round}";
        using var client = app.CreateClient(await app.CreateUserAsync(round % 2 == 0 ? Role.Member : Role.Admin));
        stub.Enqueue(round % 3 == 0 ? Replies.Text(word) : Replies.Error(400, word, word));
        using var answer = await client.SendJsonAsync(HttpMethod.Post, "/api/convo/messages/stream", new { content = word });
        await answer.Content.ReadAsStringAsync(Token);
        using var unknown = await client.SendJsonAsync(HttpMethod.Post, "/api/convo/messages/stream", new { content = word, model = word });
        using var other = await client.SendJsonAsync(HttpMethod.Post, "/v1/chat/completions", new { model = word, messages = new[] { new { role = "user", content = word } } });
        using var nowhere = await client.GetAsync($"/api/convo/{word}", Token);
        using var search = await client.GetAsync($"/api/convo/search?q={word}", Token);
        using var page = await client.GetAsync($"/{word}", Token);
        using var thread = await client.GetAsync($"/api/convo/threads/{Guid.CreateVersion7(TimeProvider.System.GetUtcNow())}", Token);
        using var method = await client.SendAsync(new HttpRequestMessage(new HttpMethod("X" + round), "/api/convo/threads"), Token);
        client.DefaultRequestHeaders.UserAgent.ParseAdd(word);
        client.DefaultRequestHeaders.Host = word + ".example";
        using var host = await client.GetAsync("/api/convo/me", Token);
    }

    /// <summary>Names and labels, without figures.</summary>
    private static async Task<List<string>> SeriesAsync(ConvoApp app)
    {
        using var client = app.CreateClient(app.Admin);
        var text = await client.GetStringAsync("/metrics", Token);
        // The tests' own clients are in this process, too, and their figures name the hosts that they say.
        return [.. text.Split('\n').Where(line => line.Length > 0 && line[0] != '#' && !line.StartsWith("system_net_", StringComparison.Ordinal)).Select(line => line[..line.LastIndexOf(' ')]).Order(StringComparer.Ordinal)];
    }

    /// <summary>A first error may bring the one series that counts errors.</summary>
    private static bool OfThisApp(string series) => series.Contains(Marker, StringComparison.Ordinal) && series.Contains("outcome=\"success\"", StringComparison.Ordinal);

    [GeneratedRegex("[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}|\"cv_[0-9A-Za-z]{8}", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase)]
    private static partial Regex Id();
}
