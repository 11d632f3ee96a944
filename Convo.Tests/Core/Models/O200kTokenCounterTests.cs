using System.Diagnostics;
using Convo.Core.Models;
using Xunit;

namespace Convo.Tests.Core.Models;

public sealed class O200kTokenCounterTests
{
    private readonly O200kTokenCounter _counter = new();

    /// <summary>Figures of OpenAI's own tiktoken 0.9 with o200k_base.</summary>
    [Theory]
    [InlineData("", 0)]
    [InlineData("hello world", 2)]
    [InlineData("tiktoken is great!", 6)]
    [InlineData("お誕生日おめでとう", 8)]
    public void Count_KnownText_IsThatOfTheEncoding(string text, int tokens) => Assert.Equal(tokens, _counter.Count(text));

    [Theory]
    [InlineData('x')]
    [InlineData(' ')]
    [InlineData('漢')]
    public void Count_TwoMillionOfOneLetter_TakesSecondsNotHours(char letter)
    {
        var started = Stopwatch.GetTimestamp();

        Assert.True(_counter.Count(new string(letter, 2_000_000)) > 1_000);

        Assert.True(Stopwatch.GetElapsedTime(started) < TimeSpan.FromSeconds(60), "counting is not linear");
    }

    [Fact]
    public void Count_ManyThreads_AgreeWithOne()
    {
        var texts = Enumerable.Range(0, 200).Select(i => $"Sentence number {i} of a text with {i * 37} words.").ToArray();
        var alone = texts.Select(_counter.Count).ToArray();
        var together = new int[texts.Length];

        Parallel.For(0, texts.Length, i => together[i] = new O200kTokenCounter().Count(texts[i]));

        Assert.Equal(alone, together);
    }
}
