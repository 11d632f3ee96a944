using Convo.Core.Knowledge;

namespace Convo.Tests.Core.Knowledge.Search;

public sealed class SearchTextTests
{
    [Theory]
    [InlineData("and/or input-output -- or - not", "and or input-output or not")]
    [InlineData("It costs 3.14 (or -5).", "it costs 3.14 or 5")]
    [InlineData("ÄPFEL und Straße", "äpfel und straße")]
    [InlineData("ﬁne ① Ｆｕｌｌ", "fine 1 full")]
    [InlineData("東京都に住む", "東京 京都 都に に住 住む")]
    [InlineData("a字b", "a 字 b")]
    [InlineData("नमस्ते दुनिया", "नमस्ते दुनिया")]
    [InlineData("infor\u00ADmation", "information")]
    [InlineData("क\u093Cलम चाँद", "कलम चांद")]
    [InlineData("lone \ud83d surrogate \0 nul", "lone surrogate nul")]
    [InlineData("", "")]
    [InlineData(" .,-! ", "")]
    public void Of_Text_GivesItsWords(string text, string words) => Assert.Equal(words, SearchText.Of(text));

    [Fact]
    public void Of_Parts_AreJoined() => Assert.Equal("report 2024 leave carry over", SearchText.Of("Report_2024", null, "Leave › Carry over"));
}

public sealed class DisplayNameTests
{
    [Theory]
    [InlineData("../../etc/passwd", "passwd")]
    [InlineData("C:\\temp\\a.pdf", "a.pdf")]
    [InlineData("a\0b\r\n.pdf", "ab.pdf")]
    [InlineData("evil\u202Efdp.exe", "evilfdp.exe")]
    [InlineData("..", "file")]
    [InlineData("", "file")]
    [InlineData(null, "file")]
    public void Of_AClientsName_IsFitToBeShown(string? given, string shown) => Assert.Equal(shown, DisplayName.Of(given));

    [Fact]
    public void Of_ALongName_KeepsItsExtension()
    {
        var shown = DisplayName.Of(new string('a', 300) + ".pdf");

        Assert.True(shown.Length <= 200);
        Assert.EndsWith(".pdf", shown, StringComparison.Ordinal);
    }
}
