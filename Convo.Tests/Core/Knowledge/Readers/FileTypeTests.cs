using System.Text;
using Convo.Core.Knowledge;
using static Convo.Tests.Core.Knowledge.Readers.Reading;

namespace Convo.Tests.Core.Knowledge.Readers;

public sealed class FileTypeTests
{
    [Theory]
    [InlineData("application/pdf", "%PDF-1.7\n", "report.docx")]
    [InlineData("application/pdf", "\n\n junk %PDF-1.4", "x")]
    [InlineData("application/rtf", "{\\rtf1 x}", "x.txt")]
    [InlineData("image/*", "GIF89a", "x.pdf")]
    [InlineData("text/html", "<!-- c -->\n<!DOCTYPE HTML><p>x", "x.txt")]
    [InlineData("text/html", "x", "x.HTM")]
    [InlineData("text/plain", "<path of glory>", "x.txt")]
    [InlineData("text/markdown", "# x", "README.md")]
    [InlineData("text/x-source", "x = 1", "main.py")]
    [InlineData("text/x-source", "FROM scratch", "Dockerfile")]
    [InlineData("text/x-source", "#!/bin/sh\necho", "run")]
    [InlineData("application/xml", "<?xml version='1.0'?><!DOCTYPE a [<!ENTITY b 'c'>]><rss/>", "feed.txt")]
    [InlineData("text/html", "<?xml version='1.0'?><!DOCTYPE html><html xmlns='x'><p>x</html>", "x.xml")]
    [InlineData("application/vnd.ms-excel", "<?xml version='1.0'?><Workbook xmlns='urn:schemas-microsoft-com:office:spreadsheet'/>", "x.xls")]
    [InlineData("text/html", "<table><tr><td>1</td></tr></table>", "export.xls")]
    [InlineData("text/csv", "a\tb\tc\n1\t2\t3\n4\t5\t6", "export.xls")]
    [InlineData("text/csv", "a;b", "x.CSV")]
    [InlineData("application/json", "{}", "x.json")]
    [InlineData("message/rfc822", "Received: x\nFrom: a@b.c\nTo: d@e.f\nSubject: s\n\nHello", "mail.txt")]
    [InlineData("application/mbox", "From a@b.c Mon Jun 01 10:00:00 2009\nSubject: x\n\ny", "mail")]
    [InlineData("application/vnd.ms-tnef", "\u0078\u009F\u003E\u0022x", "winmail.dat")]
    [InlineData("application/postscript", "%!PS-Adobe-3.0", "x.txt")]
    [InlineData("application/x-archive", "Rar!\u001A\u0007\0", "x.docx")]
    [InlineData("text/plain", "plain", "../../etc/passwd")]
    [InlineData("text/plain", "plain", "")]
    [InlineData("application/x-executable", "MZ\0\0\u0001\u0002\u0003", "letter.txt")]
    public void Detect_Content_DecidesNotTheName(string expected, string content, string name) =>
        Assert.Equal(expected, FileType.Detect(Encoding.Latin1.GetBytes(content), name).MediaType);

    [Theory]
    [InlineData("word/document.xml", "Word document", true)]
    [InlineData("xl/workbook.xml", "Excel workbook", true)]
    [InlineData("xl/workbook.bin", "binary Excel workbook", true)]
    [InlineData("ppt/presentation.xml", "PowerPoint presentation", true)]
    [InlineData("META-INF/container.xml", "EPUB book", true)]
    [InlineData("Index/Document.iwa", "Apple iWork document", false)]
    [InlineData("visio/document.xml", "Visio or XPS drawing", false)]
    [InlineData("photos/1.jpg", "ZIP archive", false)]
    public void Detect_Zip_IsNamedByItsParts(string part, string label, bool supported)
    {
        var type = FileType.Detect(Zip(("[Content_Types].xml", "<Types/>"), (part, "<x/>")), "x.pdf");
        Assert.Equal((label, supported), (type.Label, type.IsSupported));
        Assert.Equal(supported, type.Refusal is null);
    }

    [Theory]
    [InlineData("EncryptedPackage", "application/x-encrypted-office")]
    [InlineData("WordDocument", "application/msword")]
    [InlineData("Workbook", "application/vnd.ms-excel")]
    public void Detect_Ole_IsNamedByItsStreams(string stream, string expected)
    {
        byte[] bytes = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, 0, 0, .. Encoding.Unicode.GetBytes(stream)];
        Assert.Equal(expected, FileType.Detect(bytes, "x").MediaType);
    }

    [Fact]
    public void Detect_DocxStoredInAZip_IsAnArchive()
    {
        var outer = Stored("letters/offer.docx", Docx("<w:p/>"));
        Assert.Equal(FileTypes.Zip, FileType.Detect(outer, "letters.zip"));
        Assert.Equal(FileTypes.Zip, FileType.Detect(outer.AsSpan(0, outer.Length - 30), "letters.zip"));
    }

    [Fact]
    public void Detect_HeadWithoutATellingName_TrustsTheExtensionForNow()
    {
        var head = Stored("[Content_Types].xml", new byte[80_000]).AsSpan(0, FileType.HeadLength);
        Assert.Equal((FileTypes.Pptx, FileTypes.Zip), (FileType.Detect(head, "a.PPTX"), FileType.Detect(head, "a.bin")));
    }

    [Fact]
    public void Read_EmptyUnknownOrProtected_SaysWhy()
    {
        byte[] ole = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, 0, 0, .. Encoding.Unicode.GetBytes("EncryptedPackage")];
        Assert.Equal(ExtractionCodes.Empty, Fails(() => Read([], "a.pdf")));
        Assert.Equal(ExtractionCodes.Unsupported, Fails(() => Read([0x7F, 0x45, 0x4C, 0x46, 0, 0, 1, 2], "a.pdf")));
        Assert.Equal(ExtractionCodes.Encrypted, Fails(() => Read(ole, "a.docx")));
    }
}
