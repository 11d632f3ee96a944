using Convo.Core.Knowledge;
using Convo.Tests.Fixtures;

namespace Convo.Tests.Data.Knowledge;

/// <summary>One question over passages in several languages: each is read by its own rules.</summary>
public sealed class LanguageTests : IAsyncLifetime
{
    private KnowledgeEngine _engine = null!;

    public async ValueTask InitializeAsync()
    {
        _engine = await KnowledgeEngine.StartAsync();
        await _engine.IndexAsync("The houses by the river were built in the last century, and they are still standing.", "english.txt");
        await _engine.IndexAsync("Die Häuser am Fluss wurden im letzten Jahrhundert gebaut, und sie stehen noch immer.", "german.txt");
        await _engine.IndexAsync("Las casas junto al río se construyeron en el siglo pasado y todavía están en pie.", "spanish.txt");
        await _engine.IndexAsync("河边的房子建于上个世纪，至今仍然屹立。", "chinese.txt");
        await _engine.IndexAsync("Дома у реки были построены в прошлом веке и всё ещё стоят.", "russian.txt");
    }

    public ValueTask DisposeAsync() => _engine.DisposeAsync();

    [Theory]
    [InlineData("house on rivers", "english.txt")]
    [InlineData("HAUS", "german.txt")]
    [InlineData("casa", "spanish.txt")]
    [InlineData("房子", "chinese.txt")]
    [InlineData("дом у рек", "russian.txt")]
    public async Task Keyword_InAnyLanguage_FindsItsDocumentFirst(string question, string filename) =>
        Assert.Equal(filename, (await _engine.FindAsync(question, SearchMode.Keyword))[0].Filename);

    /// <summary>A name has the same weight in a passage whose language was not recognised as in all others: one passage alone in its language must not lose for that.</summary>
    [Fact]
    public async Task Keyword_ForAPassageWhoseLanguageWasMistaken_RanksItByTheWordNotByItsLanguage()
    {
        for (var i = 0; i < 12; i++)
        {
            await _engine.IndexAsync($"The teams of the league number {i} play in the stadium, and they are known for their fans.", $"league-{i}.txt");
        }

        // Names all over: no language is clear.
        await _engine.IndexAsync("Anaheim Ducks, Anaheim Angels, Burbank Rams: Honda Center, Angel Stadium.", "names.txt");
        Assert.Equal(1, await _engine.CountAsync("SELECT count(*) FROM attachments WHERE filename = 'names.txt' AND language = 'simple'"));

        Assert.Equal("names.txt", (await _engine.FindAsync("Which stadium do the Anaheim Ducks play in?", SearchMode.Keyword))[0].Filename);
    }
}
