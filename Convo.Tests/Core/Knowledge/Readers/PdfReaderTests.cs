using Convo.Core.Knowledge;
using UglyToad.PdfPig.Content;
using UglyToad.PdfPig.Core;
using UglyToad.PdfPig.Fonts.Standard14Fonts;
using UglyToad.PdfPig.Outline;
using UglyToad.PdfPig.Outline.Destinations;
using UglyToad.PdfPig.Writer;
using static Convo.Tests.Core.Knowledge.Readers.Reading;

namespace Convo.Tests.Core.Knowledge.Readers;

public sealed class PdfReaderTests
{
    [Fact]
    public void Read_HeadingAndHyphenatedParagraph_AreJoined() => Assert.Equal(
        ["Heading1@1 Annual report", "Paragraph@1 The company bought three machines for its plant.", "Paragraph@2 Second page."],
        Show(Read(Pdf(
            [(20, 700, "Annual report", 24), (20, 660, "The company bought three ma-", 11), (20, 646, "chines for its plant.", 11)],
            [(20, 700, "Second page.", 11)]), "a.pdf")));

    [Fact]
    public void Read_Outline_TellsHeadingsFromBody()
    {
        // All of one size: only the outline knows.
        var pdf = Pdf(builder => builder.Bookmarks = new Bookmarks([new DocumentBookmarkNode("1 Aims", 0, new ExplicitDestination(1, ExplicitDestinationType.FitPage, ExplicitDestinationCoordinates.Empty),
            [new DocumentBookmarkNode("Scope", 1, new ExplicitDestination(2, ExplicitDestinationType.FitPage, ExplicitDestinationCoordinates.Empty), [])])]),
            [(20, 700, "1. Aims", 11), (20, 640, "We want this.", 11)], [(20, 700, "Scope", 11), (20, 640, "Aims", 11)]);
        Assert.Equal(["Heading1@1 1. Aims", "Paragraph@1 We want this.", "Heading2@2 Scope", "Paragraph@2 Aims"], Show(Read(pdf, "a.pdf")));
    }

    [Fact]
    public void Read_TwoColumns_AreReadOneAfterTheOther()
    {
        var left = Enumerable.Range(0, 6).Select(i => (20.0, 700.0 - (13 * i), $"left column line number {i}", 11.0));
        var right = Enumerable.Range(0, 6).Select(i => (320.0, 700.0 - (13 * i), $"right column line number {i}", 11.0));
        var text = CanonicalText.Of(Read(Pdf([.. left, .. right]), "a.pdf")).Text;
        Assert.True(text.IndexOf("left column line number 5", StringComparison.Ordinal) < text.IndexOf("right column line number 0", StringComparison.Ordinal), text);
    }

    [Fact]
    public void Read_Rows_AreATable() => Assert.Equal(["Table@1 | Item | Price |\n| --- | --- |\n| Pen | 2.00 |\n| Paper | 4.50 |"], Show(Read(Pdf(
        [(20, 700, "Item", 11), (220, 700, "Price", 11), (20, 686, "Pen", 11), (220, 686, "2.00", 11), (20, 672, "Paper", 11), (220, 672, "4.50", 11)]), "a.pdf")));

    [Fact]
    public void Read_RunningHeaders_AreSaidOnce()
    {
        var pages = Enumerable.Range(1, 6).Select(i => new (double, double, string, double)[]
            { (20, 820, $"Confidential · page {i}", 9), (20, 600, $"Body of sheet {(char)('A' + i)}.", 11) }).ToArray();
        var shown = Show(Read(Pdf(pages), "a.pdf")).ToList();
        Assert.Single(shown, line => line.Contains("Confidential", StringComparison.Ordinal));
        Assert.Equal(6, shown.Count(line => line.Contains("Body of sheet", StringComparison.Ordinal)));
    }

    [Fact]
    public void Read_TextDrawnTwiceForBold_IsReadOnce() => Assert.Equal(["Paragraph@1 Successful assessment"],
        Show(Read(Pdf([(20, 700, "Successful assessment", 11), (20.3, 700, "Successful assessment", 11)]), "a.pdf")));

    [Fact]
    public void Read_TextDrawnOverOtherText_IsNotMixedWithIt() => Assert.Equal(["Paragraph@1 KX00481 Successful assessment"],
        Show(Read(Pdf([(20, 700, "KX00481", 11), (20.8, 700, "Successful assessment", 11)]), "a.pdf")));

    [Fact]
    public void Read_MoreTimeThanAFileMayTake_SaysWhichPagesAreMissing() => Assert.Equal(
        ["Paragraph@1 one", "Paragraph@1 Reading this file took too long: only its first 1 of 3 pages are here. Split it and upload the parts."],
        Show(Read(Pdf([(20, 700, "one", 11)], [(20, 700, "two", 11)], [(20, 700, "three", 11)]), "a.pdf", Limits with { PatienceSeconds = 0 })));

    [Fact]
    public void Read_PageWithoutText_SaysSo() => Assert.Equal(ExtractionCodes.NoText, Fails(() => Read(Pdf([[]]), "a.pdf")));

    [Fact]
    public void Read_TooManyPages_IsRefused() =>
        Assert.Equal(ExtractionCodes.TooManyPages, Fails(() => Read(Pdf([], [], []), "a.pdf", Limits with { MaxPages = 2 })));

    internal static byte[] Pdf(params (double X, double Y, string Text, double Size)[][] pages) => Pdf(_ => { }, pages);

    private static byte[] Pdf(Action<PdfDocumentBuilder> change, params (double X, double Y, string Text, double Size)[][] pages)
    {
        using var builder = new PdfDocumentBuilder();
        change(builder);
        var font = builder.AddStandard14Font(Standard14Font.Helvetica);
        foreach (var lines in pages)
        {
            var page = builder.AddPage(PageSize.A4);
            foreach (var (x, y, text, size) in lines)
                page.AddText(text, size, new PdfPoint(x, y), font);
        }
        return builder.Build();
    }
}
