using Convo.Core.Knowledge;
using static Convo.Tests.Core.Knowledge.Readers.Reading;

namespace Convo.Tests.Core.Knowledge.Readers;

public sealed class EpubReaderTests
{
    private static readonly (string, string) Container = ("META-INF/container.xml", "<container xmlns='c'><rootfiles><rootfile full-path='OPS/book.opf'/></rootfiles></container>");
    private static readonly (string, string) Book = ("OPS/book.opf", """
        <package xmlns="o" xmlns:dc="dc"><metadata><dc:title>The Sea</dc:title></metadata><manifest><item id="a" href="one.xhtml" media-type="application/xhtml+xml"/>
        <item id="b" href="text/two%20b.xhtml" media-type="application/xhtml+xml"/><item id="n" href="nav.xhtml" properties="nav" media-type="application/xhtml+xml"/></manifest>
        <spine><itemref idref="n"/><itemref idref="b"/><itemref idref="a"/></spine></package>
        """);

    [Fact]
    public void Read_Chapters_FollowTheSpine()
    {
        var document = Read(Zip(("mimetype", "application/epub+zip"), Container, Book, ("OPS/one.xhtml", "<html><body><p>end</p></body></html>"),
            ("OPS/text/two b.xhtml", "<html><body><h1>Begin</h1><p>start</p></body></html>"), ("OPS/nav.xhtml", "<html><body>contents</body></html>")), "a.epub");
        Assert.Equal(["Heading1@1 Begin", "Paragraph@1 start", "Paragraph@2 end"], Show(document));
        Assert.Equal(("The Sea", 2), (document.Title, document.Pages));
    }

    [Fact]
    public void Read_CopyProtected_SaysSo() => Assert.Equal(ExtractionCodes.Encrypted, Fails(() => Read(Zip(("mimetype", "application/epub+zip"), Container, Book,
        ("META-INF/encryption.xml", "<encryption xmlns='e'><EncryptedData><CipherReference URI='OPS/one.xhtml'/></EncryptedData></encryption>")), "a.epub")));

    [Fact]
    public void Read_WithoutItsBook_ReadsThePages() => Assert.Equal(["Paragraph@1 x"], Show(Read(Zip(("mimetype", "application/epub+zip"), ("a.html", "<p>x</p>")), "a.epub")));
}
