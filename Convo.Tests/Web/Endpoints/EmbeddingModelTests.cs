using System.Text;
using System.Text.Json;
using Convo.Core.Knowledge;
using Convo.Tests.Fakes;
using Convo.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace Convo.Tests.Web.Endpoints;

/// <summary>An embedding model named by settings alone, on a provider's wire.</summary>
public sealed class EmbeddingModelTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Search_WithAnEmbeddingModelOfTheSettings_UsesItsVectorsAndSurvivesItsAbsence()
    {
        await using var provider = await ProviderStub.StartAsync();
        provider.EmbeddingDimensions = 96;
        await using var app = await ConvoApp.StartAsync(new ConvoAppOptions
        {
            Settings = new Dictionary<string, string?>
            {
                ["OPENAI_BASE_URL"] = provider.BaseUrl.ToString(), ["OPENAI_API_KEY"] = "sk-of-the-embedding-test", ["EMBEDDING_MODEL"] = "embed-small",
                ["Convo:Extraction:Command:0"] = "dotnet",
                ["Convo:Extraction:Command:1"] = Path.Combine(AppContext.BaseDirectory, "Convo.Web.dll"),
                ["Convo:Extraction:Command:2"] = "extract",
            },
        });
        using var client = app.CreateClient(await app.CreateUserAsync());
        using var form = new MultipartFormDataContent { { new ByteArrayContent(Encoding.UTF8.GetBytes("The harbour gate closes at ten.")), "file", "gate.txt" } };
        using var uploaded = await client.PostAsync("/api/convo/attachments", form, Token);
        var id = (await uploaded.JsonAsync()).GetProperty("id").GetGuid();
        var events = await client.GetStringAsync($"/api/convo/attachments/{id}/events", Token);
        Assert.True(events.Contains("\"status\":\"ready\"", StringComparison.Ordinal), events);

        var models = await app.Services.GetRequiredService<IEmbeddingModelStore>().ListAsync(Token);
        Assert.Equal(("openai/embed-small", 96), (Assert.Single(models).Model, models[0].Dimensions));
        Assert.Equal(1, (await FindAsync(client)).GetProperty("vector_rank").GetInt32());
        // The file's vectors, and the question's.
        Assert.Equal(2, await app.Database.Db.ScalarAsync<long>("SELECT count(*) FROM usage_ledger WHERE source = 'embedding' AND model = 'embed-small' AND provider = 'openai'", null, Token));

        provider.EmbeddingsReply = Replies.Error(500, "server_error", "The model is away.");
        var alone = await FindAsync(client);
        Assert.Equal(1, alone.GetProperty("keyword_rank").GetInt32());
        Assert.Equal(JsonValueKind.Null, alone.GetProperty("vector_rank").ValueKind);
    }

    private static async Task<JsonElement> FindAsync(HttpClient client)
    {
        using var response = await client.GetAsync("/api/convo/search?q=harbour+gate", Token);
        return Assert.Single((await response.JsonAsync()).GetProperty("items").EnumerateArray());
    }
}
