using Bunit;
using Convo.Web.Components.Account;
using Convo.Web.Components.Shared;

namespace Convo.Tests.Web.Components.Shared;

public sealed class DiffTests : ComponentTest
{
    [Fact]
    public void Compare_AChangedWord_IsFoundWithinItsLine()
    {
        var lines = TextDiff.Compare("one\nthe quick brown fox\nthree", "one\nthe quick red fox\nthree");

        Assert.Equal([false, true, false], lines.Select(line => line.Changed));
        Assert.Equal(
            [(DiffKind.Same, "the quick "), (DiffKind.Removed, "brown"), (DiffKind.Added, "red"), (DiffKind.Same, " fox")],
            lines[1].Parts.Select(part => (part.Kind, part.Text)));
        Assert.Equal((1, 1), TextDiff.Count(lines));
    }

    [Theory]
    [InlineData("", "")]
    [InlineData("", "new")]
    [InlineData("old", "")]
    [InlineData("a\r\nb", "a\nb")]
    [InlineData("a\n\nb\nc", "c\nb\na\n\n")]
    [InlineData("你好世界", "你好新世界")]
    [InlineData("😀 b", "😁 b")]
    public void Compare_AnyTwoTexts_GivesBothBack(string old, string @new)
    {
        var lines = TextDiff.Compare(old, @new);

        Assert.Equal(old.ReplaceLineEndings("\n"), string.Join('\n', lines.Where(line => line.OldNumber is not null).Select(line => string.Concat(line.Old.Select(part => part.Text)))));
        Assert.Equal(@new.ReplaceLineEndings("\n"), string.Join('\n', lines.Where(line => line.NewNumber is not null).Select(line => string.Concat(line.New.Select(part => part.Text)))));
    }

    [Fact]
    public void Compare_HugeTextsWithNothingInCommon_AreShownAsReplaced()
    {
        var old = string.Join('\n', Enumerable.Range(0, 20_000).Select(i => $"old {i}"));
        var @new = string.Join('\n', Enumerable.Range(0, 20_000).Select(i => $"new {i} " + new string('x', i % 7)));

        var lines = TextDiff.Compare("same\n" + old, "same\n" + @new);

        Assert.False(lines[0].Changed);
        Assert.Equal(20_001, lines.Count);
    }

    [Fact]
    public void View_BothWays_MarksWhatWentAndCame()
    {
        var view = Render<DiffView>(p => p.Add(x => x.Old, "the brown fox").Add(x => x.New, "the <b>red</b> fox"));

        Assert.Equal("brown", view.Find("del").TextContent);
        Assert.Contains("<b>red</b>", string.Concat(view.FindAll("ins").Select(ins => ins.TextContent)), StringComparison.Ordinal);
        Assert.Empty(view.FindAll("b"));
        Assert.Single(view.FindAll(".cell"));
        view.FindAll("button").Single(button => button.TextContent == "Side by side").Click();
        Assert.Equal(2, view.FindAll(".cell").Count);
        Assert.Empty(view.FindAll(".old ins"));
        Assert.Empty(view.FindAll(".new del"));
    }

    [Fact]
    public void View_LongUnchangedStretch_IsFoldedUntilAsked()
    {
        var text = string.Join('\n', Enumerable.Range(0, 40).Select(i => $"line {i}"));
        var view = Render<DiffView>(p => p.Add(x => x.Old, text).Add(x => x.New, text.Replace("line 20", "line twenty", StringComparison.Ordinal)));

        Assert.Equal(5, view.FindAll(".row").Count);
        view.Find(".gap").Click();
        Assert.Equal(40, view.FindAll(".row").Count);
    }

    [Theory]
    [InlineData("Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0", "Firefox on Linux")]
    [InlineData("Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36 Edg/140.0", "Edge on Windows")]
    [InlineData("Mozilla/5.0 (iPhone; CPU iPhone OS 18_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.0 Mobile/15E148 Safari/604.1", "Safari on iPhone")]
    [InlineData("", "A browser")]
    public void BrowserName_OfAUserAgent_IsTwoWords(string userAgent, string name) => Assert.Equal(name, BrowserName.Of(userAgent));
}
