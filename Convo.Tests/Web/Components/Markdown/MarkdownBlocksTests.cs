using AngleSharp.Dom;
using AngleSharp.Html.Parser;
using Convo.Web.Components.Chat.Markdown;

namespace Convo.Tests.Web.Components.Markdown;

public sealed class MarkdownBlocksTests
{
    private readonly MarkdownService _markdown = new();

    [Fact]
    public void ToBlocks_ClosedFence_HasLanguageCopyButtonAndIsColoured()
    {
        var dom = Parse("```csharp\nvar a = 1 < 2;\n```");

        Assert.Equal("csharp", dom.QuerySelector(".code-head span")!.TextContent);
        Assert.Equal("Copy code", dom.QuerySelector("button.copy")!.GetAttribute("aria-label"));
        Assert.Equal("csharp", dom.QuerySelector("code")!.GetAttribute("data-highlight"));
        Assert.Equal("var a = 1 < 2;\n", dom.QuerySelector("code")!.TextContent);
    }

    [Fact]
    public void ToBlocks_OpenFence_IsNotColouredYet() => Assert.False(Parse("```csharp\nvar a").QuerySelector("code")!.HasAttribute("data-highlight"));

    [Fact]
    public void ToBlocks_Table_ScrollsInItselfAndAlignsByClass()
    {
        var dom = Parse("| a | b |\n|---|--:|\n| 1 | 2 |");

        Assert.Equal("table-scroll", dom.FirstElementChild!.ClassName);
        Assert.Equal("ta-right", dom.QuerySelectorAll("td")[1].ClassName);
        Assert.Equal("2", dom.QuerySelectorAll("td")[1].TextContent);
    }

    [Theory]
    [InlineData("Yes [1].", "1")]
    [InlineData("Yes [1][2].", "1,2")]
    [InlineData("Yes [1, 2].", "1,2")]
    [InlineData("No [3].", "")]
    [InlineData("No [1](https://example.org).", "")]
    [InlineData("No `a[1]`.", "")]
    [InlineData("No [0] [x] [1000] [ ].", "")]
    public void ToBlocks_NumbersInBrackets_AreChipsOnlyForKnownSources(string text, string chips)
    {
        var dom = Parse(text, 1, 2);

        Assert.Equal(chips, string.Join(',', dom.QuerySelectorAll("button.cite").Select(chip => chip.TextContent)));
    }

    [Fact]
    public void ToBlocks_UnknownSource_StaysText() => Assert.Equal("No [3].", Parse("No [3].", 1).TextContent.Trim());

    [Fact]
    public void ToBlocks_CitationChip_SaysWhatItOpens() => Assert.Equal("Source 1", Parse("Yes [1].", 1).QuerySelector("button.cite")!.GetAttribute("aria-label"));

    [Fact]
    public void ToBlocks_TextOverLimit_IsPlain()
    {
        var block = Assert.Single(_markdown.ToBlocks(new string('*', MarkdownService.MaxLength + 1)));

        Assert.StartsWith("<p class=\"plain\">***", block, StringComparison.Ordinal);
    }

    private IElement Parse(string text, params int[] citations) =>
        new HtmlParser().ParseDocument("<body>" + string.Concat(_markdown.ToBlocks(text, citations.ToHashSet()))).Body!;
}
