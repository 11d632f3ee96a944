using Convo.Core.Accounts;
using Convo.Core.Knowledge;
using Convo.Core.Models;
using Convo.Core.Shared;
using Convo.Core.Usage;
using Convo.Tests.Web.Components.Fakes;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Convo.Tests.Data.Usage;

/// <summary>Embeddings are reserved and billed like answers: those of files, of questions and of programs.</summary>
public sealed class EmbeddingBillTests(GarnetBudgetServer server) : IClassFixture<GarnetBudgetServer>
{
    private static readonly O200kTokenCounter Counter = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EmbedAsync_APaidModel_IsBilledOnceToThePayer()
    {
        await using var harness = await BudgetHarness.CreateAsync(server);
        var node = await harness.NodeAsync();
        var caller = await harness.UserAsync();
        string[] texts = ["The harbour gate closes at ten.", "Where is the key?"];

        var vectors = await Meter(harness, node).EmbedAsync(EmbeddingPayer.Of(caller, null), new Paid(), texts, EmbeddingPurpose.Query, Token);

        Assert.Equal(2, vectors.Count);
        var tokens = texts.Sum(Counter.Count);
        Assert.Equal([new Row("embedding", "openai", "small", tokens, 0)], await RowsAsync(harness));
        var state = Assert.Single(await node.Reader.BudgetsAsync(caller, Token));
        Assert.Equal((tokens, 0L), (state.Used, state.Held));
    }

    [Fact]
    public async Task EmbedAsync_TheBudgetIsSpent_NothingIsSent()
    {
        await using var harness = await BudgetHarness.CreateAsync(server);
        var node = await harness.NodeAsync();
        var caller = await harness.UserAsync();
        await harness.LimitAsync(BudgetScope.User, null, BudgetWindow.Day, 3);
        var embedder = new Paid();

        var refusal = await Assert.ThrowsAsync<ConvoException>(() => Meter(harness, node).EmbedAsync(
            EmbeddingPayer.Of(caller, null), embedder, ["The harbour gate closes at ten."], EmbeddingPurpose.Document, Token));

        Assert.Equal(("budget_exceeded", 0), (refusal.Code, embedder.Calls));
        Assert.Empty(await RowsAsync(harness));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task EmbedAsync_TheCallFailsOrIsGivenUp_OnlyWhatWasSentAndAcceptedIsPaid(bool givenUp)
    {
        await using var harness = await BudgetHarness.CreateAsync(server);
        var node = await harness.NodeAsync();
        var caller = await harness.UserAsync();
        var embedder = new Paid { Fault = givenUp ? new OperationCanceledException() : new EmbeddingException("refused") };

        await Assert.ThrowsAnyAsync<Exception>(() => Meter(harness, node).EmbedAsync(EmbeddingPayer.Of(caller, null), embedder, ["One two three"], EmbeddingPurpose.Document, Token));

        Assert.Equal(givenUp ? 1 : 0, (await RowsAsync(harness)).Count);
        Assert.Equal(0, Assert.Single(await node.Reader.BudgetsAsync(caller, Token)).Held);
    }

    [Fact]
    public async Task EmbedAsync_TheBuiltInEmbedder_CostsNothingAndAsksNobody()
    {
        await using var harness = await BudgetHarness.CreateAsync(server);
        var node = await harness.NodeAsync();
        await harness.LimitAsync(BudgetScope.User, null, BudgetWindow.Day, 0);

        var vectors = await Meter(harness, node).EmbedAsync(
            EmbeddingPayer.Of(await harness.UserAsync(), null), new LexicalEmbedder(), ["One two three"], EmbeddingPurpose.Document, Token);

        Assert.Single(vectors);
        Assert.Empty(await RowsAsync(harness));
    }

    [Theory]
    [InlineData("openai/text-embedding-3-small", "openai", "text-embedding-3-small")]
    [InlineData("hf/BAAI/bge-m3", "hf", "BAAI/bge-m3")]
    [InlineData("my-model", "embedding", "my-model")]
    [InlineData("/odd", "embedding", "/odd")]
    public void Supplier_OfAModelsId_IsProviderAndName(string id, string provider, string model) =>
        Assert.Equal(new EmbeddingSupplier(provider, model), EmbeddingSupplier.Of(id));

    private static LedgerEmbeddingMeter Meter(BudgetHarness harness, BudgetNode node) => new(
        new HeldUse(node.Gate, node.Recorder, Options.Create(harness.Options), harness.Time, NullLogger<HeldUse>.Instance), new FakeModels(), Counter, harness.Time);

    private static Task<IReadOnlyList<Row>> RowsAsync(BudgetHarness harness) => harness.Database.Db.QueryAsync<Row>(
        "SELECT source, provider, model, input_tokens AS input, output_tokens AS output FROM usage_ledger", null, Token);

    private sealed record Row(string Source, string Provider, string Model, int Input, int Output);

    private sealed class Paid : IEmbedder
    {
        public int Calls { get; private set; }

        public Exception? Fault { get; init; }

        public string ModelId => "openai/small";

        public int Dimensions => 2;

        public EmbeddingSupplier? Supplier => EmbeddingSupplier.Of(ModelId);

        public double FusionWeight => 1;

        public Task<IReadOnlyList<float[]>> EmbedAsync(IReadOnlyList<string> texts, EmbeddingPurpose purpose, CancellationToken ct)
        {
            Calls++;
            return Fault is null ? Task.FromResult<IReadOnlyList<float[]>>([.. texts.Select(_ => new float[] { 1, 0 })]) : throw Fault;
        }
    }
}
