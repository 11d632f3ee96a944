using System.Text;
using Convo.Core.Knowledge;
using static Convo.Tests.Core.Knowledge.Readers.Reading;

namespace Convo.Tests.Core.Knowledge.Readers;

public sealed class RtfReaderTests
{
    private const string Head = @"{\rtf1\ansi\ansicpg1252\uc1{\fonttbl{\f0 Arial;}{\f1\fcharset204 Arial Cyr;}{\f2\fcharset128 MS Mincho;}}{\stylesheet{\s0 Normal;}{\s3 heading 2;}}{\info{\title The title}{\author Nobody}}";

    [Fact]
    public void Read_Structure_IsKept()
    {
        var document = Read(Head + @"\pard\s3 Aims\par\pard Caf\'e9\~\endash  \u8364? and \{braces\}\line next line\par{\*\unknown secret}{\v hidden}{\pict 89504e47}\page After the break\par"
            + @"\trowd\intbl A\cell B\cell\row\trowd\intbl 1\cell {\field{\*\fldinst HYPERLINK ""http://127.0.0.1:9/""}{\fldrslt link}}\cell\row\pard end\par}", "a.rtf");
        Assert.Equal(["Heading2@1 Aims", "Paragraph@1 Café – € and {braces}\nnext line", "Paragraph@2 After the break", "Table@2 | A | B |\n| --- | --- |\n| 1 | link |", "Paragraph@2 end"], Show(document));
        Assert.Equal("The title", document.Title);
    }

    [Theory]
    [InlineData(@"\f1\'cf\'f0\'e8\'e2\'e5\'f2\par", "Привет")]
    [InlineData(@"\f2\'93\'fa\'96\'7b\par", "日本")]
    [InlineData(@"\uc2\u26085\'93\'fa\u26412\'96\'7b\par", "日本")]
    [InlineData(@"{\upr{old}{\*\ud{\u26085?new}}}\par", "日new")]
    [InlineData(@"\u55357?\u56832?\par", "\U0001F600")]
    [InlineData(@"kept{\deleted gone}\par", "kept")]
    [InlineData(@"a\bin3 }}}b\par", "ab")]
    public void Read_LettersOfAnyCodePage_AreDecoded(string rtf, string text) => Assert.Equal(text, CanonicalText.Of(Read(Head + rtf + "}", "a.rtf")).Text);

    [Fact]
    public void Read_BehindTheEnd_IsIgnored() => Assert.Equal("x", CanonicalText.Of(Read(@"{\rtf1 x\par}" + "\n junk", "a.rtf")).Text);

    [Fact]
    public void Read_NestedWithoutEnd_IsRefused() => Assert.Equal(ExtractionCodes.Damaged, Fails(() => Read(@"{\rtf1 " + new string('{', 100_000), "a.rtf")));

    [Theory]
    [InlineData(@"{\rtf1 unclosed {\b bold")]
    [InlineData(@"{\rtf1 \'zz \u \uc-5 \u99999999999? unclosed bold")]
    public void Read_Damaged_GivesWhatThereIs(string rtf) => Assert.NotEmpty(Read(rtf, "a.rtf").Blocks);

    [Fact]
    public void Read_Latin1Bytes_AreTheDocumentsCodePage() =>
        Assert.Equal("Grüße", CanonicalText.Of(Read(Encoding.Latin1.GetBytes(@"{\rtf1\ansi Grüße\par}"), "a.rtf")).Text);
}
