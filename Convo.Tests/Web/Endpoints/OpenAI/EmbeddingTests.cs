using System.Net;
using System.Net.Http.Json;
using System.Runtime.InteropServices;
using System.Text.Json;
using Convo.Tests.Fakes;
using Convo.Tests.Fixtures;

namespace Convo.Tests.Web.Endpoints.OpenAI;

/// <summary><c>POST /v1/embeddings</c> and <c>GET /v1/models</c>.</summary>
[Collection(OpenAIDoorTests.Name)]
public sealed class EmbeddingTests(OpenAIDoor door)
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Post_FloatAndBase64_AreTheSameNumbersAndEachIsBilled()
    {
        var (user, client) = await ClientAsync();
        using var _ = client;

        var floats = await EmbedAsync(client, new { model = "stub-embedding", input = new[] { "red apple", "green pear" } });
        var base64 = await EmbedAsync(client, new { model = OpenAIDoor.EmbeddingModel, input = "green pear", encoding_format = "base64" });
        var packed = Convert.FromBase64String(base64.GetProperty("data")[0].GetProperty("embedding").GetString()!);

        Assert.Equal(["list", "embedding"], [floats.GetProperty("object").GetString()!, floats.GetProperty("data")[1].GetProperty("object").GetString()!]);
        Assert.Equal([0, 1], floats.GetProperty("data").EnumerateArray().Select(d => d.GetProperty("index").GetInt32()));
        Assert.Equal(Numbers(floats, 1), MemoryMarshal.Cast<byte, float>(packed).ToArray());
        Assert.True(floats.GetProperty("usage").GetProperty("prompt_tokens").GetInt32() > 0);
        var bills = await door.BillsAsync(user);
        Assert.Equal(2, bills.Count);
        Assert.All(bills, bill => Assert.Equal(("api", "stub-embedding", "openai", 0), (bill.Source, bill.Model, bill.Provider, bill.OutputTokens)));
        Assert.Equal(0, await door.CountHoldsAsync(user));
    }

    [Fact]
    public async Task Post_FewerDimensions_IsAShorterVectorOfLengthOne()
    {
        var (_, client) = await ClientAsync();
        using var _1 = client;

        var whole = Numbers(await EmbedAsync(client, new { input = "many words make many numbers that are not zero at all" }), 0);
        var part = Numbers(await EmbedAsync(client, new { input = "many words make many numbers that are not zero at all", dimensions = 32 }), 0);

        Assert.Equal(32, part.Length);
        Assert.Equal(1, Math.Sqrt(part.Sum(v => (double)v * v)), 5);
        var factor = part.Zip(whole).First(pair => pair.Second != 0);
        Assert.Equal(whole[..32].Select(v => v * factor.First / factor.Second), part, (a, b) => Math.Abs(a - b) < 1e-5);
    }

    [Theory]
    [InlineData("""{"input":[1,2,3]}""", 400, "token_input", "input")]
    [InlineData("""{"input":[[1,2],[3]]}""", 400, "token_input", "input")]
    [InlineData("""{"input":[]}""", 400, "invalid_request", "input")]
    [InlineData("""{"input":["a",""]}""", 400, "invalid_request", "input[1]")]
    [InlineData("""{"input":["a",{}]}""", 400, "invalid_request", "input[1]")]
    [InlineData("""{}""", 400, "invalid_request", "input")]
    [InlineData("""{"input":"a","encoding_format":"int8"}""", 400, "invalid_request", "encoding_format")]
    [InlineData("""{"input":"a","dimensions":65}""", 400, "invalid_request", "dimensions")]
    [InlineData("""{"input":"a","model":"text-embedding-none"}""", 404, "model_not_found", "model")]
    public async Task Post_Bad_NamesTheMember(string body, int status, string code, string param)
    {
        var (_, client) = await ClientAsync();
        using var _1 = client;

        using var response = await client.PostAsync("/v1/embeddings", new StringContent(body), Token);
        var error = await OpenAIDoor.ShouldBeErrorAsync(response, (HttpStatusCode)status, "invalid_request_error", code);

        Assert.Equal(param, error.GetProperty("param").GetString());
    }

    [Fact]
    public async Task Post_BuiltInEmbedder_NeedsNoProviderAndCostsNothing()
    {
        var app = await ConvoApp.SharedAsync();
        var user = await app.CreateUserAsync();
        using var client = app.CreateClient(user);

        var made = await EmbedAsync(client, new { input = "red apple", model = "convo-lexical-1" });

        Assert.Equal(512, Numbers(made, 0).Length);
        Assert.Equal(0L, await app.Database.Db.ScalarAsync<long>("SELECT count(*) FROM usage_ledger WHERE user_id = @id", new { id = user.Id }, Token));
    }

    [Fact]
    public async Task Models_AreListedAndFoundByTheirNames()
    {
        var (_, client) = await ClientAsync();
        using var _1 = client;

        var list = await client.GetFromJsonAsync<JsonElement>("/v1/models", Token);
        var ids = list.GetProperty("data").EnumerateArray().Select(m => m.GetProperty("id").GetString()).ToList();
        var one = await client.GetFromJsonAsync<JsonElement>("/v1/models/openai%2Fgpt-4o-mini", Token);
        using var unknown = await client.GetAsync("/v1/models/nothing", Token);

        Assert.Equal("list", list.GetProperty("object").GetString());
        Assert.Equal(["gpt-4o-mini", "plain-model", "quoter", OpenAIDoor.EmbeddingModel], ids.Where(id => id != "house-model"));
        Assert.Equal(("gpt-4o-mini", "model", "openai"), (one.GetProperty("id").GetString(), one.GetProperty("object").GetString(), one.GetProperty("owned_by").GetString()));
        await OpenAIDoor.ShouldBeErrorAsync(unknown, HttpStatusCode.NotFound, "invalid_request_error", "model_not_found");
    }

    private static float[] Numbers(JsonElement answer, int index) =>
        [.. answer.GetProperty("data")[index].GetProperty("embedding").EnumerateArray().Select(v => v.GetSingle())];

    private static async Task<JsonElement> EmbedAsync(HttpClient client, object body)
    {
        using var response = await client.SendJsonAsync(HttpMethod.Post, "/v1/embeddings", body);
        var answer = await response.JsonAsync();
        Assert.True(response.IsSuccessStatusCode, answer.ToString());
        return answer;
    }

    private async Task<(TestUser User, HttpClient Client)> ClientAsync()
    {
        var user = await door.App.CreateUserAsync();
        return (user, door.App.CreateClient(user));
    }
}
