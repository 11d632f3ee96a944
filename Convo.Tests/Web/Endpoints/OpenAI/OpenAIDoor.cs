using System.ClientModel;
using System.Text.Json;
using Convo.Core.Knowledge;
using Convo.Core.Usage;
using Convo.Data.Usage;
using Convo.Tests.Fakes;
using Convo.Tests.Fixtures;
using Convo.Web.Hosting;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.DependencyInjection;
using OpenAI;

namespace Convo.Tests.Web.Endpoints.OpenAI;

/// <summary>A Convo whose models and embeddings come from a stub, for the tests of <c>/v1</c>. They run one after the other and script the stub.</summary>
public sealed class OpenAIDoor : IAsyncLifetime
{
    public const string EmbeddingModel = "openai/stub-embedding";

    public ProviderStub Stub { get; private set; } = null!;

    internal ConvoApp App { get; private set; } = null!;

    internal RecordedUses Uses { get; } = new();

    public async ValueTask InitializeAsync()
    {
        Stub = await ProviderStub.StartAsync();
        App = await ConvoApp.StartAsync(new ConvoAppOptions
        {
            Settings =
            {
                ["OPENAI_BASE_URL"] = Stub.BaseUrl.ToString(),
                ["OPENAI_API_KEY"] = "stub-key-of-the-provider",
                ["OPENAI_MODELS"] = "gpt-4o-mini,plain-model,house-model",
                ["CONVO_PROVIDER_MAX_ATTEMPTS"] = "1",
            },
            Services = services =>
            {
                var client = new OpenAIClient(new ApiKeyCredential("none"), new OpenAIClientOptions { Endpoint = Stub.BaseUrl });
                services.AddSingleton<IEmbedder>(new GeneratorEmbedder(
                    client.GetEmbeddingClient("stub-embedding").AsIEmbeddingGenerator(), EmbeddingModel, Stub.EmbeddingDimensions, TimeProvider.System));
                services.AddSingleton<IUsageRecorder>(provider =>
                {
                    Uses.Inner = ActivatorUtilities.CreateInstance<UsageRecorder>(provider);
                    return Uses;
                });
            },
        });
    }

    public async ValueTask DisposeAsync()
    {
        await App.DisposeAsync();
        await Stub.DisposeAsync();
    }

    internal Task<IReadOnlyList<Bill>> BillsAsync(TestUser user) => App.Database.Db.QueryAsync<Bill>(
        "SELECT source, model, provider, input_tokens, output_tokens, estimated, api_key_id, message_id FROM usage_ledger WHERE user_id = @id ORDER BY created_at",
        new { id = user.Id }, TestContext.Current.CancellationToken);

    internal Task<long> CountHoldsAsync(TestUser user) => App.Database.Db.ScalarAsync<long>(
        "SELECT count(*) FROM budget_holds WHERE user_id = @id", new { id = user.Id }, TestContext.Current.CancellationToken);

    internal static Task<HttpResponseMessage> ChatAsync(HttpClient client, object body) => client.SendJsonAsync(HttpMethod.Post, "/v1/chat/completions", body);

    internal static async Task<HttpResponseMessage> StreamAsync(HttpClient client, object body, params (string Name, string Value)[] headers)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/v1/chat/completions")
        {
            Content = new StringContent(JsonSerializer.Serialize(body, ConvoJson.Options), new System.Net.Http.Headers.MediaTypeHeaderValue("application/json")),
        };
        foreach (var (name, value) in headers)
        {
            request.Headers.Add(name, value);
        }

        return await client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, TestContext.Current.CancellationToken);
    }

    /// <summary>The data of every event, the end mark included.</summary>
    internal static async Task<List<string>> EventsAsync(HttpResponseMessage response)
    {
        List<string> events = [];
        await foreach (var item in System.Net.ServerSentEvents.SseParser.Create(await response.Content.ReadAsStreamAsync(TestContext.Current.CancellationToken))
            .EnumerateAsync(TestContext.Current.CancellationToken))
        {
            events.Add(item.Data);
        }

        return events;
    }

    internal static string Join(IEnumerable<string> events) => string.Concat(events.Where(e => e != "[DONE]")
        .Select(e => JsonDocument.Parse(e).RootElement)
        .Where(e => e.TryGetProperty("choices", out var choices) && choices.GetArrayLength() > 0)
        .Select(e => e.GetProperty("choices")[0].GetProperty("delta").TryGetProperty("content", out var content) ? content.GetString() : ""));

    /// <summary>Asserts that the answer is an error of this status and code in OpenAI's shape, and gives it.</summary>
    internal static async Task<JsonElement> ShouldBeErrorAsync(HttpResponseMessage response, System.Net.HttpStatusCode status, string type, string code)
    {
        var text = await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);
        Assert.True(response.StatusCode == status, $"Expected {(int)status} {code} but got {(int)response.StatusCode}: {text}");
        Assert.Equal("application/json", response.Content.Headers.ContentType?.MediaType);
        Assert.True(response.Headers.Contains("x-request-id"));
        var error = JsonDocument.Parse(text).RootElement.GetProperty("error");
        Assert.Equal((type, code), (error.GetProperty("type").GetString(), error.GetProperty("code").GetString()));
        Assert.NotEqual("", error.GetProperty("message").GetString());
        Assert.True(error.TryGetProperty("param", out _));
        return error;
    }
}

internal sealed record Bill(string Source, string Model, string Provider, int InputTokens, int OutputTokens, bool Estimated, Guid? ApiKeyId, Guid? MessageId);

[CollectionDefinition(Name)]
public sealed class OpenAIDoorTests : ICollectionFixture<OpenAIDoor>
{
    public const string Name = "OpenAI's door";
}
