using Convo.Core.Knowledge;
using Convo.Core.Shared;
using Convo.Data.Knowledge;
using Convo.Tests.Fixtures;
using Microsoft.Extensions.DependencyInjection;

namespace Convo.Tests.Data.Knowledge;

/// <summary>A change of the embedding model: the new vectors are made beside those in use, and search changes over when all are there.</summary>
public sealed class ReembeddingTests : IAsyncLifetime
{
    private KnowledgeEngine _engine = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync()
    {
        _engine = await KnowledgeEngine.StartAsync();
        for (var i = 0; i < 5; i++)
        {
            await _engine.IndexAsync($"Passage number {i} speaks of harbours.", $"{i}.txt");
        }
    }

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Fact]
    public async Task Run_AfterAChangeOfModel_SwitchesWhenEveryPassageHasItsVector()
    {
        var embedder = new WideEmbedder { FailAfter = 2 };
        await using var node = Node(embedder);
        Assert.Equal(5, (await node.FindAsync("harbours", SearchMode.Vector)).Count);

        await node.Get<IReembedding>().RunAsync(Token);

        // Two of five passages, then the provider went away: search still uses the old vectors, and the list says why it stands still.
        var (building, active) = await StatesAsync(node);
        Assert.Equal((2, 5, "embedding_failed"), ((int)building!.Done, (int)building.All, building.ErrorCode));
        Assert.Equal("convo-lexical-1", active.Model);
        Assert.Equal(5, (await node.FindAsync("harbours", SearchMode.Vector)).Count);
        var late = await node.IndexAsync("A passage that came meanwhile speaks of harbours.", "late.txt");
        Assert.Equal(2, await node.CountAsync("SELECT count(*) FROM chunk_embeddings WHERE attachment_id = @id", new { id = late.Id }));

        embedder.FailAfter = int.MaxValue;
        var before = embedder.Documents;
        await node.Get<IReembedding>().RunAsync(Token);

        // It went on with the three that were missing.
        Assert.Equal(before + 3, embedder.Documents);
        (building, active) = await StatesAsync(node);
        Assert.Null(building);
        Assert.Equal((embedder.ModelId, 6L, (string?)null), (active.Model, active.Done, active.ErrorCode));
        await using var fresh = Node(embedder);
        Assert.Equal(6, (await fresh.FindAsync("harbours", SearchMode.Vector)).Count);
        Assert.True(embedder.Questions > 0);
    }

    [Fact]
    public async Task Index_ForVectorsAbove2000Dimensions_IsBuiltAndSearched()
    {
        var embedder = new WideEmbedder();
        await using var node = Node(embedder);
        await node.Get<IReembedding>().RunAsync(Token);

        await node.Get<EmbeddingIndex>().EnsureAsync(embedder.ModelId, embedder.Dimensions, Token);

        var vector = (await embedder.EmbedAsync(["harbours"], EmbeddingPurpose.Query, Token))[0];
        var found = await node.Get<ISearchIndex>().VectorAsync(
            node.Owner.UserId, RetrievalScope.Everything, new ScopeExtent(1, 1_000_000, 0, []), embedder.ModelId, vector, 3, Token);
        Assert.Equal(3, found.Count);
        Assert.True(await node.Database.Db.ScalarAsync<bool>("SELECT has_embedding_index(@ModelId)", new { embedder.ModelId }, Token));
    }

    [Fact]
    public async Task Run_OnceTheOldModelIsLongOutOfUse_DeletesItsVectorsAndIndex()
    {
        await _engine.Get<EmbeddingIndex>().EnsureAsync("convo-lexical-1", 512, Token);
        await using var node = Node(new WideEmbedder());
        await node.Get<IReembedding>().RunAsync(Token);
        Assert.Equal(5, await node.CountAsync("SELECT count(*) FROM chunk_embeddings WHERE model = 'convo-lexical-1'"));

        await node.ExecuteAsync("UPDATE embedding_models SET retired_at = now() - interval '1 hour' WHERE stage = 'retired'");
        await node.Get<IReembedding>().RunAsync(Token);

        Assert.Equal(0, await node.CountAsync("SELECT count(*) FROM chunk_embeddings WHERE model = 'convo-lexical-1'"));
        Assert.Equal(0, await node.CountAsync("SELECT count(*) FROM embedding_models WHERE model = 'convo-lexical-1'"));
        Assert.Equal(0, await node.CountAsync("SELECT count(*) FROM pg_class WHERE relname = embedding_index_name('convo-lexical-1')"));
    }

    [Fact]
    public async Task Run_OnANodeWithYesterdaysSettings_DoesNotGoBack()
    {
        await using var node = Node(new WideEmbedder());
        await node.Get<IReembedding>().RunAsync(Token);

        await _engine.Get<IReembedding>().RunAsync(Token);

        var (building, active) = await StatesAsync(node);
        Assert.Null(building);
        Assert.Equal("wide-1", active.Model);
    }

    private KnowledgeEngine Node(IEmbedder embedder) =>
        _engine.AddNode(services => services.AddSingleton(embedder).Configure<IngestionOptions>(o => o.EmbeddingBatch = 1));

    private static async Task<(EmbeddingModelState? Building, EmbeddingModelState Active)> StatesAsync(KnowledgeEngine node)
    {
        var states = await node.Get<IEmbeddingModelStore>().ListAsync(Token);
        return (states.SingleOrDefault(s => s.Stage == EmbeddingModelStage.Building), states.Single(s => s.Stage == EmbeddingModelStage.Active));
    }

    /// <summary>A model of 2,500 dimensions whose provider can go away.</summary>
    private sealed class WideEmbedder : IEmbedder
    {
        public int FailAfter { get; set; } = int.MaxValue;

        public int Documents { get; private set; }

        public int Questions { get; private set; }

        public string ModelId => "wide-1";

        public int Dimensions => 2_500;

        public EmbeddingSupplier? Supplier => null;

        public double FusionWeight => 1;

        public Task<IReadOnlyList<float[]>> EmbedAsync(IReadOnlyList<string> texts, EmbeddingPurpose purpose, CancellationToken ct)
        {
            if (purpose == EmbeddingPurpose.Query)
            {
                Questions++;
            }
            else if (texts.Any(text => text.Contains("meanwhile", StringComparison.Ordinal)))
            {
                // A new file, which is not part of the stock.
            }
            else if (Documents + texts.Count > FailAfter)
            {
                throw new EmbeddingException("The provider went away.");
            }
            else
            {
                Documents += texts.Count;
            }

            return Task.FromResult<IReadOnlyList<float[]>>([.. texts.Select(text => LexicalEmbedder.Embed(text, Dimensions))]);
        }
    }
}
