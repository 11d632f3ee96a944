using Convo.Core.Models;
using Convo.Core.Models.Providers;
using Convo.Tests.Fakes;
using Microsoft.Extensions.Options;
using Xunit;

namespace Convo.Tests.Core.Models;

public sealed class ModelCatalogueTests
{
    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task List_NothingConfigured_IsTheQuoter()
    {
        await using var host = new ModelsHost();

        Assert.Equal("quoter/quoter", Assert.Single(host.Catalogue.List()).QualifiedId);
        Assert.Equal("quoter", host.Catalogue.Default.Id);
    }

    [Fact]
    public async Task List_OpenAIKey_HasTheShippedModelsWithPricesAndNamedOnesFirst()
    {
        await using var host = new ModelsHost(null, null, ("OPENAI_API_KEY", ModelsHost.Key), ("OPENAI_MODELS", "ft:mine, gpt-4o-mini"));
        var models = host.Catalogue.List();

        Assert.Equal(["ft:mine", "gpt-4o-mini"], models.Take(2).Select(m => m.Id));
        Assert.Null(models[0].Prices);
        Assert.Equal(new ModelPrices(0.15m, 0.075m, 0.60m), models[1].Prices);
        Assert.Equal("ft:mine", host.Catalogue.Default.Id);
        Assert.Equal("quoter", models[^1].Provider);
        Assert.Single(models, m => m.Id == "gpt-4o-mini");
        Assert.Contains(models, m => m.Id == "gpt-5.4-mini");
    }

    [Fact]
    public async Task List_AnotherAddress_HasOnlyWhatIsNamedThereWithoutPrices()
    {
        await using var host = new ModelsHost(null, null, ("OPENAI_BASE_URL", "http://127.0.0.1:9/v1"), ("OPENAI_MODELS", "gpt-4o-mini,openai/o3-pro,local"));
        var models = host.Catalogue.List();

        Assert.Equal(["openai/gpt-4o-mini", "openai/openai/o3-pro", "openai/local", "quoter/quoter"], models.Select(m => m.QualifiedId));
        Assert.All(models.Take(3), m => Assert.Null(m.Prices));
        Assert.Equal((128_000, true), (models[0].ContextWindow, models[0].SupportsTemperature));
        Assert.False(models[1].SupportsTemperature);
        Assert.Equal(32_768, models[2].ContextWindow);
    }

    [Theory]
    [InlineData("openai/o3-pro", "openai/openai/o3-pro")]
    [InlineData("openai/openai/o3-pro", "openai/openai/o3-pro")]
    [InlineData("openai/local", "openai/local")]
    [InlineData("local", "openai/local")]
    [InlineData("quoter", "quoter/quoter")]
    public async Task Find_ByIdOrProviderAndId_IsTheModel(string id, string found)
    {
        await using var host = new ModelsHost(null, null, ("OPENAI_BASE_URL", "http://127.0.0.1:9/v1"), ("OPENAI_MODELS", "openai/o3-pro,local"));

        Assert.Equal(found, host.Catalogue.Find(id)!.QualifiedId);
        Assert.Null(host.Catalogue.Find("nothing"));
    }

    [Theory]
    [InlineData("gpt-4.1", "gpt-4.1")]
    [InlineData("openai/gpt-4.1", "gpt-4.1")]
    [InlineData("quoter", "quoter")]
    [InlineData("vanished", "gpt-5.4-mini")]
    public async Task Default_Set_IsThatOrTheFirst(string setting, string id)
    {
        await using var host = new ModelsHost(null, null, ("OPENAI_API_KEY", ModelsHost.Key), ("CONVO_DEFAULT_MODEL", setting));

        Assert.Equal(id, host.Catalogue.Default.Id);
    }

    [Fact]
    public async Task List_GeminiKey_HasItsModelsAndTheyAnswer()
    {
        await using var stub = await ProviderStub.StartAsync();
        await using var host = new ModelsHost(null, null, ("GEMINI_API_KEY", "AIza-test"), ("GEMINI_BASE_URL", $"{stub.BaseUrl}beta/openai/"), ("GEMINI_MODELS", "gemini-9"));

        var heard = await Heard.FromAsync(host.Chat("gemini-9"), "hi", new() { Temperature = 0.5f }, Token);

        Assert.Equal("You said: hi", heard.Text);
        var request = stub.ChatRequests.Single();
        Assert.Equal(("/v1beta/openai/chat/completions", "gemini-9", 0.5f), (request.Path, request.Model, request.Json!["temperature"]!.GetValue<float>()));
        Assert.Contains(host.Catalogue.List(), m => m.QualifiedId == "gemini/gemini-2.5-flash" && m.Prices is not null);
    }

    [Fact]
    public async Task Discovery_ServerLists_AreItsChatModels()
    {
        await using var stub = await ProviderStub.StartAsync();
        stub.Models = ["qwen3:8b", "nomic-embed-text", "gpt-4o-mini"];
        await using var host = new ModelsHost(null, null, ("OPENAI_BASE_URL", stub.BaseUrl.ToString()));
        Assert.Contains(host.Catalogue.List(), m => m.Id == "gpt-5.4-mini" && m.Prices is null);

        await host.DiscoverAsync("openai", Token);

        Assert.Equal(["qwen3:8b", "gpt-4o-mini", "quoter"], host.Catalogue.List().Select(m => m.Id));
        Assert.All(host.Catalogue.List().Take(2), m => Assert.Null(m.Prices));
    }

    [Fact]
    public async Task Discovery_ServerFallsSilent_KeepsItsLastList()
    {
        var stub = await ProviderStub.StartAsync();
        await using var host = new ModelsHost(null, null, ("OPENAI_BASE_URL", stub.BaseUrl.ToString()));
        await host.DiscoverAsync("openai", Token);
        await stub.DisposeAsync();

        await host.DiscoverAsync("openai", Token);

        Assert.Equal(["stub-model", "quoter"], host.Catalogue.List().Select(m => m.Id));
    }

    [Theory]
    [InlineData("""{"models":[]}""")]
    [InlineData("""{"data":[{"name":"x"}]}""")]
    [InlineData("not json")]
    public async Task Discovery_NoList_LeavesTheShippedNames(string body)
    {
        await using var stub = await ProviderStub.StartAsync();
        stub.ModelsReply = Replies.Error(200, body);
        await using var host = new ModelsHost(null, null, ("OPENAI_BASE_URL", stub.BaseUrl.ToString()));

        await host.DiscoverAsync("openai", Token);

        Assert.Contains(host.Catalogue.List(), m => m.Id == "gpt-5.4-mini");
    }

    [Fact]
    public async Task Discovery_ModelsNamedBySettings_OnlyCheckThem()
    {
        await using var host = new ModelsHost(null, null, ("OPENAI_BASE_URL", "http://127.0.0.1:9/v1"), ("OPENAI_MODELS", "local"));

        Assert.Equal(DiscoveryUse.CheckModels, host.Get<IEnumerable<IModelProvider>>().OfType<IDiscoverableProvider>().Single(p => p.Id == "openai").Discovery);
    }

    [Fact]
    public async Task Start_ServerThatNeverAnswers_IsNotWaitedFor()
    {
        await using var stub = await ProviderStub.StartAsync();
        stub.ModelsReply = Replies.After(new TaskCompletionSource().Task, Replies.Error(500, ""));
        await using var host = new ModelsHost(null, null, ("OPENAI_BASE_URL", stub.BaseUrl.ToString()), ("CONVO_DISCOVER_MODELS", "true"));
        var service = host.Get<IEnumerable<Microsoft.Extensions.Hosting.IHostedService>>().OfType<ModelDiscovery>().Single();

        await service.StartAsync(Token).WaitAsync(TimeSpan.FromSeconds(20), Token);
        await service.StopAsync(Token).WaitAsync(TimeSpan.FromSeconds(20), Token);
    }

    [Fact]
    public void Shipped_EveryModel_HasPlausibleLimitsAndPrices()
    {
        var shipped = ShippedModels.Instance;
        ModelInfo[] all = [.. new[] { "openai", "anthropic", "gemini" }.SelectMany(shipped.Of)];

        Assert.True(shipped.Taken > new DateOnly(2026, 1, 1));
        Assert.True(all.Length > 10);
        Assert.Equal(all.Length, all.Select(m => m.QualifiedId).Distinct().Count());
        Assert.All(all, m => Assert.True(m.ContextWindow >= m.MaxOutputTokens && m.MaxOutputTokens >= 4096, m.Id));
        Assert.All(all, m => Assert.True(m.Prices is null || (m.Prices.CachedInput <= m.Prices.Input && m.Prices.Input < m.Prices.Output), m.Id));
    }
}

public sealed class ModelOptionsTests
{
    [Theory]
    [InlineData("OPENAI_BASE_URL", "localhost:8000", "OPENAI_BASE_URL")]
    [InlineData("OPENAI_BASE_URL", "ftp://host/v1", "OPENAI_BASE_URL")]
    [InlineData("OPENAI_BASE_URL", "http://user:hunter2@host/v1", "OPENAI_BASE_URL")]
    [InlineData("OPENAI_BASE_URL", "http://host/v1?key=hunter2", "OPENAI_BASE_URL")]
    [InlineData("ANTHROPIC_BASE_URL", "nonsense", "ANTHROPIC_BASE_URL")]
    [InlineData("GEMINI_BASE_URL", "/v1", "GEMINI_BASE_URL")]
    [InlineData("AZURE_OPENAI_ENDPOINT", "https://x.openai.azure.com", "AZURE_OPENAI_API_KEY")]
    [InlineData("AZURE_OPENAI_API_KEY", "hunter2", "AZURE_OPENAI_ENDPOINT")]
    [InlineData("OPENAI_API_KEY", "hunter2\nhunter3", "OPENAI_API_KEY")]
    [InlineData("OPENAI_MODELS", "two words", "OPENAI_MODELS")]
    [InlineData("CONVO_DISCOVER_MODELS", "maybe", "true or false")]
    [InlineData("CONVO_PROVIDER_IDLE_TIMEOUT_SECONDS", "-1", "CONVO_PROVIDER_IDLE_TIMEOUT_SECONDS")]
    [InlineData("CONVO_PROVIDER_MAX_ATTEMPTS", "lots", "CONVO_PROVIDER_MAX_ATTEMPTS")]
    public async Task Validate_SettingThatCannotBeRight_NamesItWithoutSecrets(string name, string value, string named)
    {
        await using var host = new ModelsHost(null, null, (name, value));

        var fault = Assert.Throws<OptionsValidationException>(() => host.Get<IOptions<ModelOptions>>().Value);

        Assert.Contains(named, fault.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("hunter", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Validate_SeveralFaults_TellsThemAll()
    {
        await using var host = new ModelsHost(null, null, ("OPENAI_BASE_URL", "x"), ("GEMINI_BASE_URL", "y"), ("CONVO_DISCOVER_MODELS", "z"));

        Assert.Equal(3, Assert.Throws<OptionsValidationException>(() => host.Get<IOptions<ModelOptions>>().Value).Failures.Count());
    }

    [Theory]
    [InlineData("OPENAI_BASE_URL", "")]
    [InlineData("OPENAI_API_KEY", "  ")]
    [InlineData("OPENAI_MODELS", " , ,")]
    [InlineData("OPENAI_BASE_URL", "http://[::1]:8000/v1/")]
    public async Task Validate_EmptyOrUnusual_IsAccepted(string name, string value)
    {
        await using var host = new ModelsHost(null, null, (name, value));

        Assert.NotNull(host.Get<IOptions<ModelOptions>>().Value);
        Assert.NotEmpty(host.Catalogue.List());
    }
}
