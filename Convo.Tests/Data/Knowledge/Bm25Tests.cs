using Convo.Core.Knowledge;
using Convo.Data.Knowledge;
using Convo.Tests.Fixtures;

namespace Convo.Tests.Data.Knowledge;

/// <summary>What PostgreSQL ranks by inner product is what the formula gives, written down plainly here.</summary>
public sealed class Bm25Tests : IAsyncLifetime
{
    private static readonly string[] Vocabulary =
        ["harbour", "anchor", "ship", "storm", "lighthouse", "keeper", "rope", "sail", "crew", "captain", "whale", "coast", "tide", "wind", "port", "cargo"];

    private KnowledgeEngine _engine = null!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => _engine = await KnowledgeEngine.StartAsync();

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Fact]
    public async Task Keyword_OverManyDocuments_EqualsTheReference()
    {
        await IndexRandomAsync(60);
        await _engine.Get<ISearchMaintenance>().RunAsync(Token);

        await AssertEqualsReferenceAsync(["anchor", "storm", "storm", "whale"]);
        await AssertEqualsReferenceAsync(["harbour"]);
    }

    [Fact]
    public async Task Keyword_ThroughCandidates_EqualsTheReference()
    {
        await IndexRandomAsync(60);
        await _engine.Get<ISearchMaintenance>().RunAsync(Token);

        await AssertEqualsReferenceAsync(["anchor", "storm", "whale", "ship"], chunksInScope: 1_000_000);
    }

    [Fact]
    public async Task Maintenance_AfterTheMeanLengthMoved_ReweighsExactly()
    {
        await _engine.IndexAsync("The harbour is where the ship and the crew of the captain are.", "x.txt");
        await IndexRandomAsync(30);
        var stale = await _engine.CountAsync("SELECT count(DISTINCT average_terms) FROM attachment_chunks");

        await _engine.Get<ISearchMaintenance>().RunAsync(Token);

        Assert.Equal(1, stale);
        Assert.Equal(
            0, await _engine.CountAsync("SELECT count(*) FROM search_languages WHERE abs(average_terms - term_count::double precision / chunk_count) > 1e-6"));
        await AssertEqualsReferenceAsync(["harbour", "anchor", "tide"]);
    }

    [Fact]
    public void Weight_AndItsInverse_Agree()
    {
        foreach (var frequency in new[] { 1, 2, 3, 7, 40, 255 })
        {
            foreach (var length in new[] { 1, 90, 700 })
            {
                Assert.Equal(frequency, Bm25.FrequencyOf((float)Bm25.Weight(frequency, length, 123.4), length, 123.4));
            }
        }
    }

    private async Task IndexRandomAsync(int documents)
    {
        var random = new Random(11);
        for (var i = 0; i < documents; i++)
        {
            var words = Enumerable.Range(0, random.Next(5, 120)).Select(_ => Vocabulary[(int)(Vocabulary.Length * Math.Pow(random.NextDouble(), 1.7))]);
            await _engine.IndexAsync("The " + string.Join(" and the ", words) + ".", "x.txt");
        }
    }

    private async Task AssertEqualsReferenceAsync(string[] words, long chunksInScope = 1)
    {
        var index = _engine.Get<ISearchIndex>();
        var found = await index.KeywordAsync(
            _engine.Owner.UserId, RetrievalScope.Everything, new ScopeExtent(1, chunksInScope, 0, []), SearchText.Of(string.Join(' ', words)), 10, Token);

        var expected = await ReferenceAsync(words);
        Assert.Equal(expected.Take(10).Select(e => Math.Round(e.Score, 3)), found.Select(f => Math.Round(f.Score, 3)));
        var scores = expected.ToDictionary(e => e.ChunkId, e => e.Score);
        Assert.All(found, f => Assert.Equal(scores[f.ChunkId], f.Score, 1e-4));
    }

    /// <summary>Counts words instead of lexemes: the vocabulary's words have one form each.</summary>
    private async Task<List<RankedChunk>> ReferenceAsync(string[] words)
    {
        var rows = await _engine.Database.Db.QueryAsync<(Guid Id, string Content)>(
            "SELECT c.id, a.filename || ' ' || c.content FROM attachment_chunks AS c JOIN attachments AS a ON a.id = c.attachment_id", null, Token);
        // "x.txt" is indexed as x; the stop words the, and are not.
        var texts = rows.ToDictionary(r => r.Id, r => r.Content.ToLowerInvariant().Split([' ', '.'], StringSplitOptions.RemoveEmptyEntries)
            .Where(w => w is not ("the" or "and" or "txt" or "is" or "where" or "of" or "are")).ToList());
        // Maintenance lets the mean that weights use lag by a twentieth.
        var average = await _engine.Database.Db.ScalarAsync<double>("SELECT average_terms FROM search_languages", null, Token);
        Assert.InRange(average / texts.Values.Average(t => t.Count), 0.95, 1.05);
        return [.. texts.Select(t => new RankedChunk(t.Key, words.Sum(word =>
        {
            var frequency = t.Value.Count(w => w == word);
            var having = texts.Values.Count(other => other.Contains(word));
            var idf = Math.Log(1 + (texts.Count - having + 0.5) / (having + 0.5));
            return idf * frequency * 2.2 / (frequency + 1.2 * (0.25 + 0.75 * t.Value.Count / average));
        }))).Where(r => r.Score > 0).OrderByDescending(r => r.Score)];
    }
}
