using System.Text.RegularExpressions;
using Convo.Core.Models;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Time.Testing;
using Xunit;

namespace Convo.Tests.Core.Models.Providers;

public sealed partial class QuoterTests
{
    private const string Travel =
        """
        <passages>
        <passage number="1" file="travel.pdf" pages="3">
        This guideline applies to every employee who travels on behalf of the company. It replaces the guideline of 2019. Trips
        have to be booked through the travel desk at least ten days before departure.
        </passage>
        <passage number="2" file="travel.pdf" pages="12-13">
        ## Meals
        The daily allowance for meals within Germany is 28 EUR for absences of 24 hours. For absences of more than eight hours it is
        14 EUR. Receipts for meals are not required. Dr. Weber of the travel desk answers questions.
        | Country | Allowance |
        |---|---|
        | France | 53 EUR |
        | Japan | 50 EUR |
        </passage>
        <passage number="4" file="cars & vans.docx" pages="">
        Employees may use their own car. The mileage allowance is 0.30 EUR per kilometre. ‹passage number="9"› is not a passage.
        </passage>
        </passages>


        """;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("How much is the daily allowance for meals in Germany?", "“The daily allowance for meals within Germany is 28 EUR for absences of 24 hours.” [2]")]
    [InlineData("What is the mileage allowance per kilometre?", "“The mileage allowance is 0.30 EUR per kilometre.” [4]")]
    [InlineData("What do I get in Japan?", "“Japan | 50 EUR” [2]")]
    [InlineData("When do trips have to be booked?", "“Trips have to be booked through the travel desk at least ten days before departure.” [1]")]
    [InlineData("receipt needed for a meal?", "“Receipts for meals are not required.” [2]")]
    public async Task Answer_QuestionOfTheDocuments_QuotesTheSentenceWithItsNumber(string question, string quote)
    {
        var answer = await AskAsync(Travel + question);

        Assert.Contains("> " + quote, answer, StringComparison.Ordinal);
        Assert.InRange(Citations().Count(answer), 1, 4);
        Assert.InRange(answer.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).Length, 50, 170);
        Assert.Contains("no language model is connected", answer, StringComparison.OrdinalIgnoreCase);
    }

    [Fact]
    public async Task Answer_Quotes_AreWordForWordAndInReadingOrder()
    {
        var answer = await AskAsync(Travel + "allowance for meals and for the car");

        var quotes = Quotes().Matches(answer).Select(m => (Text: m.Groups["text"].Value, Number: int.Parse(m.Groups["number"].Value, System.Globalization.CultureInfo.InvariantCulture))).ToList();
        Assert.True(quotes.Count >= 2);
        Assert.Equal(quotes.Select(q => q.Number).Order(), quotes.Select(q => q.Number));
        var document = Blanks().Replace(Travel, " ");
        Assert.All(quotes, q => Assert.Contains(q.Text, document, StringComparison.Ordinal));
    }

    [Fact]
    public void Read_SourceCodeInAFence_IsTheCodeAlone() => Assert.Equal("def days():\n    return 30", Assert.Single(Convo.Core.Models.Providers.Quoter.QuoterPrompt.Read(
        [new Microsoft.Extensions.AI.ChatMessage(Microsoft.Extensions.AI.ChatRole.User, "<passages>\n<passage number=\"1\" file=\"a.py\" pages=\"1\">\n```python\ndef days():\n    return 30\n```\n</passage>\n</passages>\n\nHow many?")]).Passages).Text);

    [Fact]
    public async Task Answer_German_FindsTheWordsBehindEndingsAndUmlauts()
    {
        var prompt =
            """
            <passages>
            <passage number="1" file="handbuch.pdf" pages="7">
            Die Geräte werden jährlich geprüft, z. B. durch den Hersteller. Kündigungen müssen schriftlich erfolgen. Die Kündigungsfrist beträgt drei Monate zum Quartalsende.
            </passage>
            </passages>

            Wie lang ist die Kuendigungsfrist?
            """;

        Assert.Contains("> “Die Kündigungsfrist beträgt drei Monate zum Quartalsende.” [1]", await AskAsync(prompt), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_Japanese_FindsTheSentence()
    {
        var prompt = "<passages>\n<passage number=\"1\" file=\"a.pdf\" pages=\"1\">\n会社は東京にあります。休暇は年間二十日です。電話は使えません。\n</passage>\n</passages>\n\n休暇は何日ですか";

        Assert.Contains("> “休暇は年間二十日です。” [1]", await AskAsync(prompt), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_NothingMatches_SaysSoAndShowsTheNearest()
    {
        var answer = await AskAsync(Travel + "Who won the football championship?");

        Assert.StartsWith("No sentence of your documents shares a word with the question", answer, StringComparison.Ordinal);
        Assert.Contains("[1]", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_NoPassages_SaysHowToGoOn()
    {
        var answer = await AskAsync("Hello, who are you?");

        Assert.StartsWith("No language model is connected", answer, StringComparison.Ordinal);
        Assert.Contains("OPENAI_API_KEY", answer, StringComparison.Ordinal);
        Assert.Contains("OPENAI_BASE_URL", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("Hello", answer, StringComparison.Ordinal);
        Assert.Empty(Citations().Matches(answer));
    }

    [Theory]
    [InlineData("")]
    [InlineData(Travel)]
    public async Task Answer_AnotherModelIsConnected_PointsToTheSwitcherInstead(string passages)
    {
        await using var host = new ModelsHost(null, null, ("OPENAI_API_KEY", ModelsHost.Key));

        var answer = (await host.Chat("quoter").GetResponseAsync(passages + "mileage allowance per kilometre", cancellationToken: Token)).Text;

        Assert.Contains("switcher", answer, StringComparison.Ordinal);
        Assert.DoesNotContain("connected", answer, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Answer_FollowUp_BorrowsTheQuestionBefore()
    {
        await using var host = new ModelsHost();
        var response = await host.Chat("quoter").GetResponseAsync(
            [new(ChatRole.User, "What is the daily allowance for meals?"), new(ChatRole.Assistant, "…"), new(ChatRole.User, Travel + "and in France?")], cancellationToken: Token);

        Assert.Contains("France | 53 EUR", response.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("<passages>")]
    [InlineData("</passages>\n<passages>\nx")]
    [InlineData("<passages>\n<passage number=\"99999999999\" file=\"a\" pages=\"1\">\nx\n</passage>\n</passages>\n\nq")]
    [InlineData("<passages>\n<passage number=\"1\" file=\"\" pages=\"\">\n\n</passage>\n</passages>\n\n???")]
    [InlineData("")]
    public async Task Answer_OddPrompt_StillAnswers(string prompt) => Assert.NotEmpty(await AskAsync(prompt));

    [Fact]
    public async Task Chat_Streams_WordByWordAtItsPace()
    {
        var time = new FakeTimeProvider();
        await using var host = new ModelsHost(time, null, ("CONVO_QUOTER_PACE_MS", "20"));
        await using var updates = host.Chat("quoter").GetStreamingResponseAsync("hi", cancellationToken: Token).GetAsyncEnumerator(Token);

        foreach (var word in new[] { "No ", "language ", "model " })
        {
            var next = updates.MoveNextAsync();
            Assert.False(next.IsCompleted);
            time.Advance(TimeSpan.FromMilliseconds(20));
            Assert.True(await next);
            Assert.Equal(word, updates.Current.Text);
        }
    }

    [Fact]
    public async Task Chat_OutputLimit_IsKept()
    {
        await using var host = new ModelsHost();

        var heard = await Heard.FromAsync(host.Chat("quoter"), "hi", new ChatOptions { MaxOutputTokens = 12 }, Token);

        Assert.Equal(ChatFinishReason.Length, heard.FinishReason);
        Assert.InRange(heard.Usage!.OutputTokens, 8, 12);
    }

    [Fact]
    public async Task Chat_WholeAnswer_TellsItsUsageAndCostsNothing()
    {
        await using var host = new ModelsHost();
        var model = host.Catalogue.Find("quoter/quoter")!;

        var heard = await Heard.FromAsync(host.Chat("quoter"), "hi", cancellationToken: Token);

        Assert.Equal(ChatFinishReason.Stop, heard.FinishReason);
        Assert.Equal(host.Get<ITokenCounter>().Count(heard.Text), heard.Usage!.OutputTokens);
        Assert.False(heard.Usage.Estimated);
        Assert.Equal(0m, model.Prices!.CostOf(heard.Usage.InputTokens, 0, heard.Usage.OutputTokens));
    }

    [Fact]
    public async Task Chat_Stopped_EndsAtOnce()
    {
        await using var host = new ModelsHost(new FakeTimeProvider(), null, ("CONVO_QUOTER_PACE_MS", "20"));
        using var stop = new CancellationTokenSource();
        var call = Heard.FromAsync(host.Chat("quoter"), cancellationToken: stop.Token);

        await stop.CancelAsync();

        Assert.IsAssignableFrom<OperationCanceledException>((await call).Failure);
    }

    private static async Task<string> AskAsync(string prompt)
    {
        await using var host = new ModelsHost();
        return (await host.Chat("quoter").GetResponseAsync(prompt, cancellationToken: Token)).Text;
    }

    [GeneratedRegex(@"\[\d+\]", RegexOptions.NonBacktracking)]
    private static partial Regex Citations();

    [GeneratedRegex(@"> “(?<text>[^”]+)” (?:… )?\[(?<number>\d+)\]", RegexOptions.NonBacktracking)]
    private static partial Regex Quotes();

    [GeneratedRegex(@"\s+", RegexOptions.NonBacktracking)]
    private static partial Regex Blanks();
}
