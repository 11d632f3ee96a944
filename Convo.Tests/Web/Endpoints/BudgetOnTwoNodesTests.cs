using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using Convo.Data.Embedded;
using Convo.Tests.Fixtures;

namespace Convo.Tests.Web.Endpoints;

/// <summary>Budgets over HTTP on two nodes of one installation.</summary>
public sealed class BudgetOnTwoNodesTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Post_RoomForOneAndAHundredAtOnceOnTwoNodes_OneIsAdmittedAndTheOthersAreToldWhy()
    {
        // Patient with a busy machine: this is about who is admitted, not about a Redis that does not answer.
        await using var first = await ConvoApp.StartAsync(new ConvoAppOptions { Settings = { ["Convo:RedisPatience"] = "00:00:30" } });
        await using var second = await ConvoApp.StartAsync(new ConvoAppOptions
        {
            WithAdmin = false,
            Settings =
            {
                ["Convo:RedisPatience"] = "00:00:30",
                ["DATABASE_URL"] = first.Database.ConnectionString,
                ["REDIS_URL"] = first.Redis.ConnectionString,
                [ConvoDataOptions.RedisKeyPrefixKey] = first.Redis.Prefix,
            },
        });
        var user = await first.CreateUserAsync();
        using var admin = first.CreateClient(first.Admin);
        HttpClient[] clients = [first.CreateClient(user), second.CreateClient(user)];
        var estimate = await EstimateAsync(clients[1]);
        var (input, fits) = (estimate.GetProperty("input_tokens").GetInt64(), estimate.GetProperty("fits").GetBoolean());
        Assert.True(fits);
        // The least that is admitted; whatever the one answer leaves over is less than that again.
        var limit = input + 256;
        using var put = await admin.SendJsonAsync(HttpMethod.Put, "/api/convo/admin/budgets", new { scope = "user", scope_id = user.Id, window = "day", token_limit = limit });

        var answers = await Task.WhenAll(Enumerable.Range(0, 100).Select(i =>
            clients[i % 2].SendJsonAsync(HttpMethod.Post, "/api/convo/messages/stream", new { content = "Hello" })));

        await SseEvent.ReadAllAsync(Assert.Single(answers, answer => answer.StatusCode == HttpStatusCode.OK), Token);
        foreach (var refused in answers.Where(answer => answer.StatusCode != HttpStatusCode.OK))
        {
            var problem = await refused.ShouldBeProblemAsync(HttpStatusCode.TooManyRequests, "budget_exceeded");
            Assert.Equal(("user", limit), (problem.GetProperty("scope").GetString(), problem.GetProperty("limit").GetInt64()));
            Assert.InRange(problem.GetProperty("used").GetInt64(), 0, limit);
            Assert.True(problem.GetProperty("reset_at").GetDateTimeOffset() > TimeProvider.System.GetUtcNow());
            Assert.True(refused.Headers.RetryAfter!.Delta > TimeSpan.Zero);
        }

        Assert.False((await EstimateAsync(clients[0])).GetProperty("fits").GetBoolean());
        var state = (await clients[1].GetFromJsonAsync<JsonElement>("/api/convo/budget", Token)).GetProperty("items")[0];
        var billed = await first.Database.Db.ScalarAsync<long>(
            "SELECT SUM(input_tokens::bigint + output_tokens)::bigint FROM usage_ledger WHERE user_id = @Id", new { user.Id }, Token);
        Assert.Equal((billed, 0L), (state.GetProperty("used").GetInt64(), state.GetProperty("held").GetInt64()));
        Assert.InRange(billed, 1, limit);
    }

    private static async Task<JsonElement> EstimateAsync(HttpClient client)
    {
        using var response = await client.SendJsonAsync(HttpMethod.Post, "/api/convo/estimate", new { content = "Hello" });
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.JsonAsync();
    }
}
