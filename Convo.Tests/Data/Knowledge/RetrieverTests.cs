using Convo.Core.Knowledge;
using Convo.Tests.Fakes;
using Convo.Tests.Fixtures;

namespace Convo.Tests.Data.Knowledge;

public sealed class RetrieverTests : IAsyncLifetime
{
    private KnowledgeEngine _engine = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _engine = await KnowledgeEngine.StartAsync();

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Fact]
    public async Task Retrieve_WithASmallFileInTheThread_GivesItWhole()
    {
        var thread = await _engine.AddThreadAsync();
        await _engine.IndexAsync("Travel costs are paid after thirty days.\n\nMeals are not paid.", "policy.txt", threadId: thread);

        var retrieval = await RetrieveAsync("something with no word in common", new RetrievalScope(thread, [], []));

        Assert.Contains("Meals are not paid.", Assert.Single(retrieval.Passages).Text, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Retrieve_FromEverything_GivesOnlyWhatFits()
    {
        await _engine.IndexAsync("Travel costs are paid after thirty days.", "policy.txt");

        Assert.Empty((await RetrieveAsync("penguins", RetrievalScope.Everything)).Passages);
        Assert.Equal(1, Assert.Single((await RetrieveAsync("travel costs", RetrievalScope.Everything)).Passages).Number);
    }

    [Fact]
    public async Task Retrieve_AQuestion_IsEmbeddedAtTheExpenseOfWhoAsks()
    {
        await _engine.IndexAsync("Travel costs are paid after thirty days.", "policy.txt");
        var uses = (EmbeddingUses)_engine.Get<IEmbeddingMeter>();
        var before = uses.Recorded.Count;

        await RetrieveAsync("travel costs", RetrievalScope.Everything);

        Assert.True(before > 0);
        Assert.Equal(EmbeddingPayer.Of(_engine.Owner, null), Assert.Single(uses.Recorded.Skip(before)));
    }

    [Fact]
    public async Task Retrieve_BeyondTheBudget_CutsWithTheReasonAndNumbersWithoutGap()
    {
        var thread = await _engine.AddThreadAsync();
        await _engine.IndexAsync(LongText("harbour"), "long.txt", threadId: thread);

        var retrieval = await _engine.Retriever.RetrieveAsync(
            _engine.Owner, new RetrievalQuery("harbour", new RetrievalScope(thread, [], []), Limit: 12, TokenBudget: 1_200), Token);

        Assert.True(retrieval.Passages.Sum(p => p.TokenCount) <= 1_200);
        Assert.Equal(Enumerable.Range(1, retrieval.Passages.Count), retrieval.Passages.Select(p => p.Number));
        Assert.NotEmpty(retrieval.CutPassages);
        Assert.All(retrieval.CutPassages, p => Assert.Contains("1200 tokens", p.Cut!, StringComparison.Ordinal));
        Assert.All(retrieval.Passages, p => Assert.Null(p.Cut));
    }

    [Fact]
    public async Task Retrieve_OfTheSameFileTwice_FoldsTheRepeat()
    {
        const string Text = "The harbour master closes the gate at ten in the evening, except on holidays, when it stays open all night long.";
        await _engine.IndexAsync(Text, "first.txt");
        await _engine.IndexAsync(Text, "second.txt");

        var retrieval = await RetrieveAsync("When does the harbour master close the gate?", RetrievalScope.Everything);

        Assert.Single(retrieval.Passages);
        Assert.Equal("Says the same as passage 1", Assert.Single(retrieval.CutPassages).Cut);
    }

    [Fact]
    public async Task Retrieve_OfNeighbours_RepeatsNoText()
    {
        var thread = await _engine.AddThreadAsync();
        var file = await _engine.IndexAsync(LongText("harbour"), "long.txt", threadId: thread);

        var retrieval = await _engine.Retriever.RetrieveAsync(
            _engine.Owner, new RetrievalQuery("harbour", new RetrievalScope(thread, [], []), TokenBudget: 100_000, Limit: 100), Token);

        Assert.Equal(file.Chunks, retrieval.Passages.Count);
        var spans = retrieval.Passages.OrderBy(p => p.CharStart).ToList();
        Assert.All(spans.Zip(spans.Skip(1)), pair => Assert.True(pair.First.CharEnd <= pair.Second.CharStart));
    }

    [Fact]
    public async Task MaxTokens_OfAThreadWithoutFiles_Is0()
    {
        var thread = await _engine.AddThreadAsync();
        await _engine.IndexAsync("elsewhere");

        Assert.Equal(0, await _engine.Retriever.MaxTokensAsync(_engine.Owner, new RetrievalScope(thread, [], []), Token));
        Assert.True(await _engine.Retriever.MaxTokensAsync(_engine.Owner, RetrievalScope.Everything, Token) > 0);
    }

    private Task<Retrieval> RetrieveAsync(string question, RetrievalScope scope) =>
        _engine.Retriever.RetrieveAsync(_engine.Owner, new RetrievalQuery(question, scope), Token);

    private static string LongText(string word) => string.Join("\n\n", Enumerable.Range(0, 150).Select(i =>
        $"Section {i} of the {word} rules speaks about mooring place {i * 7}, its length of {i + 11} metres and the fee of {i * 3 % 97} crowns a night."));
}
