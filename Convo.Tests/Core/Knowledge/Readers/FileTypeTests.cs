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
    [InlineData("text/plain", "plain", "../../etc/passwd")]
    [InlineData("text/plain", "plain", "")]
    [InlineData("application/octet-stream", "MZ\0\0\u0001\u0002\u0003", "letter.txt")]
    public void Detect_Content_DecidesNotTheName(string expected, string content, string name) =>
        Assert.Equal(expected, FileType.Detect(Encoding.Latin1.GetBytes(content), name).MediaType);

    [Theory]
    [InlineData("word/document.xml", "Word document", true)]
    [InlineData("xl/workbook.xml", "Excel workbook", false)]
    [InlineData("ppt/presentation.xml", "PowerPoint presentation", false)]
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
    public void Read_EmptyUnknownOrProtected_SaysWhy()
    {
        byte[] ole = [0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1, 0, 0, .. Encoding.Unicode.GetBytes("EncryptedPackage")];
        Assert.Equal(ExtractionCodes.Empty, Fails(() => Read([], "a.pdf")));
        Assert.Equal(ExtractionCodes.Unsupported, Fails(() => Read([0x7F, 0x45, 0x4C, 0x46, 0, 0, 1, 2], "a.pdf")));
        Assert.Equal(ExtractionCodes.Encrypted, Fails(() => Read(ole, "a.docx")));
    }
}
