using Convo.Core.Knowledge;
using Microsoft.Extensions.AI;

namespace Convo.Tests.Core.Knowledge;

public sealed class EmbedderTests
{
    private readonly LexicalEmbedder _lexical = new();

    [Fact]
    public async Task Lexical_Texts_GiveUnitVectorsAndZerosForNothing()
    {
        var vectors = await _lexical.EmbedAsync(["Invoices are due in 30 days.", " … ", "发票应在三十天内支付"], EmbeddingPurpose.Document, default);

        Assert.All(vectors, vector => Assert.Equal(_lexical.Dimensions, vector.Length));
        Assert.Equal(1, Dot(vectors[0], vectors[0]), 4);
        Assert.Equal(1, Dot(vectors[2], vectors[2]), 4);
        Assert.All(vectors[1], value => Assert.Equal(0, value));
    }

    [Fact]
    public void StableHash_OfAText_IsTheSameForEver() =>
        // Stored vectors depend on it: if this changes, the embedder's model id must change, too.
        Assert.Equal(6166991161503906481UL, StableHash.Of('w', "invoice"));

    [Fact]
    public async Task Lexical_MisspeltAndInflectedWords_AreNearerThanOthers()
    {
        var vectors = await _lexical.EmbedAsync(
            ["maintenence of the hydralic pumps", "Maintenance of a hydraulic pump", "Holiday rules for employees in Hamburg"], EmbeddingPurpose.Query, default);

        Assert.True(Dot(vectors[0], vectors[1]) > 0.25 + Dot(vectors[0], vectors[2]));
    }

    [Theory]
    [InlineData("half a pair \uD83D here")]
    [InlineData("no character \uFFFE here")]
    public async Task Lexical_TextThatIsNoUnicode_GivesAVectorAllTheSame(string text) =>
        Assert.Equal(1, (await new LexicalEmbedder().EmbedAsync([text], EmbeddingPurpose.Query, TestContext.Current.CancellationToken))[0].Sum(x => x * x), 1e-4);

    [Fact]
    public async Task Lexical_AccentsAndCase_DoNotMatter()
    {
        var vectors = await _lexical.EmbedAsync(["Résumé CAFÉ", "resume café"], EmbeddingPurpose.Document, default);
        Assert.Equal(1, Dot(vectors[0], vectors[1]), 3);
    }

    [Fact]
    public async Task Generator_ManyTexts_AreSentInBatchesAndNormalized()
    {
        var fake = new FakeGenerator(texts => texts.ConvertAll(_ => new float[] { 3, 4 }));
        var embedder = new GeneratorEmbedder(fake, "m", 2, TimeProvider.System, batchSize: 2);

        var vectors = await embedder.EmbedAsync(["a", "", "c", "d", "e"], EmbeddingPurpose.Document, default);

        Assert.Equal([2, 2, 1], fake.Batches.Select(batch => batch.Count));
        Assert.Equal(" ", fake.Batches[0][1]);
        Assert.All(vectors, vector => Assert.Equal([0.6f, 0.8f], vector));
    }

    [Theory]
    [InlineData(1, 2, 0.5f)]
    [InlineData(2, 3, 0.5f)]
    [InlineData(2, 2, float.NaN)]
    [InlineData(2, 2, float.PositiveInfinity)]
    [InlineData(2, 2, 0f)]
    public async Task Generator_WrongAnswer_IsRefused(int count, int size, float value)
    {
        var fake = new FakeGenerator(_ => Enumerable.Repeat(Enumerable.Repeat(value, size).ToArray(), count).ToList());
        var embedder = new GeneratorEmbedder(fake, "m", 2, TimeProvider.System);

        var failure = await Assert.ThrowsAsync<EmbeddingException>(() => embedder.EmbedAsync(["a", "b"], EmbeddingPurpose.Document, default));

        Assert.Contains("m", failure.Message, StringComparison.Ordinal);
    }

    private static double Dot(float[] a, float[] b) => a.Zip(b).Sum(pair => (double)pair.First * pair.Second);

    private sealed class FakeGenerator(Func<List<string>, List<float[]>> answer) : IEmbeddingGenerator<string, Embedding<float>>
    {
        public List<List<string>> Batches { get; } = [];

        public Task<GeneratedEmbeddings<Embedding<float>>> GenerateAsync(
            IEnumerable<string> values, EmbeddingGenerationOptions? options = null, CancellationToken cancellationToken = default)
        {
            Batches.Add(values.ToList());
            return Task.FromResult(new GeneratedEmbeddings<Embedding<float>>(answer(Batches[^1]).Select(vector => new Embedding<float>(vector))));
        }

        public object? GetService(Type serviceType, object? serviceKey = null) => null;

        public void Dispose()
        {
        }
    }
}
