using Convo.Core.Knowledge;
using static Convo.Tests.Core.Knowledge.Readers.OfficeFiles;
using static Convo.Tests.Core.Knowledge.Readers.Reading;

namespace Convo.Tests.Core.Knowledge.Readers;

public sealed class PptxReaderTests
{
    [Fact]
    public void Read_Slides_ArePagesInTheOrderOfTheShow()
    {
        var document = Read(Pptx(
            (Shape("", "text box") + Shape("title", "Second") + Shape("sldNum", "2"), Shape("body", "Say hello.", "Then go on.") + Shape("sldNum", "2")),
            (Shape("ctrTitle", "First") + Shape("body", "one", "two") + "<p:grpSp><p:nvGrpSpPr/>" + Shape("", "in a group") + "</p:grpSp>", null)), "a.pptx");

        Assert.Equal(["Heading1@1 First", "ListItem1@1 one", "ListItem1@1 two", "Paragraph@1 in a group",
            "Heading1@2 Second", "Paragraph@2 text box", "Paragraph@2 Notes: Say hello.\nThen go on."], Show(document));
        Assert.Equal((2, "First"), (document.Pages, document.Title));
    }

    [Fact]
    public void Read_TableListAndHiddenSlide_AreShown()
    {
        const string Table = "<p:graphicFrame><a:graphic><a:graphicData><a:tbl><a:tr><a:tc><p:txBody><a:p><a:r><a:t>A</a:t></a:r></a:p></p:txBody></a:tc><a:tc><p:txBody><a:p><a:r><a:t>B</a:t></a:r></a:p></p:txBody></a:tc></a:tr>"
            + "<a:tr><a:tc><p:txBody><a:p><a:r><a:t>1</a:t></a:r></a:p></p:txBody></a:tc><a:tc><p:txBody/></a:tc></a:tr></a:tbl></a:graphicData></a:graphic></p:graphicFrame>";
        var document = Read(Pptx(("<!--hidden-->" + Shape("", "<a:p><a:pPr lvl='1'><a:buChar char='-'/></a:pPr><a:r><a:t>deeper</a:t></a:r></a:p>") + Table, null)), "a.ppsx");
        Assert.Equal(["Heading1@1 Slide 1 (hidden slide)", "ListItem2@1 deeper", "Table@1 | A | B |\n| --- | --- |\n| 1 |  |"], Show(document));
    }

    [Fact]
    public void Read_NoSlides_HasNoText() => Assert.Equal(ExtractionCodes.NoText, Fails(() => Read(Pptx(), "a.pptx")));

    [Fact]
    public void Read_ZipBomb_IsRefusedBeforeItIsUnpacked() => Assert.Equal(ExtractionCodes.TooLarge, Fails(() => Read(Pptx((Shape("", new string('x', 40_000_000)), null)), "a.pptx")));
}
