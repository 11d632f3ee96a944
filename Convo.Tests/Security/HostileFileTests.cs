using System.Globalization;
using System.IO.Compression;
using System.Text;
using Convo.Core.Knowledge;
using Convo.Tests.Core.Knowledge.Extraction;
using Convo.Tests.Core.Knowledge.Readers;

namespace Convo.Tests.Security;

/// <summary>
/// Files made to bring their reader down: a stack that overflows cannot be caught in .NET, so each is read by a child of its own. It may be read or
/// refused with a reason; this process, and the file after it, go on. <c>CorpusTests</c> does the same with files of others.
/// </summary>
public sealed class HostileFileTests
{
    private static readonly Dictionary<string, Func<byte[]>> Files = new()
    {
        ["arrays in arrays.pdf"] = () => Pdf($"<< /Type /Catalog /Pages 2 0 R /X {new string('[', 200_000)}{new string(']', 200_000)} >>", "<< /Type /Pages /Kids [] /Count 0 >>"),
        ["dictionaries in dictionaries.pdf"] = () => Pdf($"<< /Type /Catalog /Pages 2 0 R /X {Repeat("<< /A ", 50_000)}1{Repeat(" >>", 50_000)} >>", "<< /Type /Pages /Kids [] /Count 0 >>"),
        ["pages that are their own parents.pdf"] = () => Pdf("<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [2 0 R 2 0 R] /Parent 2 0 R /Count 999999999 >>"),
        ["a form that draws itself.pdf"] = () => Pdf(
            "<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>",
            "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] /Contents 4 0 R /Resources << /XObject << /F 5 0 R >> >> >>", Stream("", "/F Do"),
            Stream("/Type /XObject /Subtype /Form /BBox [0 0 9 9] /Resources << /XObject << /F 5 0 R >> >>", "/F Do /F Do")),
        ["a stream of two gigabytes.pdf"] = () => Pdf(
            "<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>", "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] /Contents 4 0 R >>",
            $"<< /Length 999999999999 /Filter [{Repeat("/FlateDecode ", 200)}] >>\nstream\n{Encoding.Latin1.GetString(Deflated(50_000_000))}\nendstream"),
        ["an object that is its own length.pdf"] = () => Pdf("<< /Type /Catalog /Pages 2 0 R >>", "<< /Length 2 0 R >>\nstream\nx\nendstream"),
        ["operators without end.pdf"] = () => Pdf(
            "<< /Type /Catalog /Pages 2 0 R >>", "<< /Type /Pages /Kids [3 0 R] /Count 1 >>", "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 100 100] /Contents 4 0 R >>", Stream("", Repeat("q ", 500_000))),
        ["a bomb.docx"] = () => Zip(("[Content_Types].xml", Deflatable("<Types/>")), ("word/document.xml", Deflatable("<w:document xmlns:w='w'><w:body>" + new string(' ', 300_000_000)))),
        ["a million parts.zip.docx"] = () => Reading.Zip([("[Content_Types].xml", "<Types/>"), ("word/document.xml", "<w:document xmlns:w='w'/>"), .. Enumerable.Range(0, 20_000).Select(i => ($"word/p{i}.xml", ""))]),
        ["elements in elements.docx"] = () => Reading.Docx(Repeat("<w:sdt>", 100_000)),
        ["entities of entities.docx"] = () => Reading.Zip(("[Content_Types].xml", "<Types/>"), ("word/document.xml", Laughs)),
        ["entities of entities.xml"] = () => Encoding.UTF8.GetBytes(Laughs),
        ["shared strings of entities.xlsx"] = () => Reading.Zip(("[Content_Types].xml", "<Types/>"), ("xl/workbook.xml", "<workbook/>"), ("xl/sharedStrings.xml", Laughs)),
        ["brackets in brackets.json"] = () => Encoding.ASCII.GetBytes(new string('[', 2_000_000)),
        ["groups in groups.rtf"] = () => Encoding.ASCII.GetBytes("{\\rtf1 " + new string('{', 2_000_000)),
        ["tags in tags.html"] = () => Encoding.ASCII.GetBytes("<!doctype html>" + Repeat("<div>", 500_000)),
        ["quotations in quotations.md"] = () => Encoding.ASCII.GetBytes("# x\n\n" + Repeat("> ", 500_000)),
    };

    private const string Laughs =
        """<!DOCTYPE l [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;&b;&b;&b;&b;&b;"><!ENTITY d "&c;&c;&c;&c;&c;&c;&c;&c;&c;&c;"><!ENTITY e "&d;&d;&d;&d;&d;&d;&d;&d;&d;&d;"><!ENTITY f "&e;&e;&e;&e;&e;&e;&e;&e;&e;&e;"><!ENTITY g "&f;&f;&f;&f;&f;&f;&f;&f;&f;&f;"><!ENTITY h "&g;&g;&g;&g;&g;&g;&g;&g;&g;&g;">]><l>&h;&h;&h;</l>""";

    public static TheoryData<string> Names => [.. Files.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Extract_AFileMadeToBringItDown_IsReadOrEndsWithAReason(string name)
    {
        var extractor = Child.Real(options => (options.MaxMemoryBytes, options.MaxInflatedBytes, options.Timeout) = (256L << 20, 64L << 20, TimeSpan.FromSeconds(8)));
        try
        {
            var document = await extractor.ReadAsync(Files[name](), name);
            Assert.True(CanonicalText.Of(document).Text.Length < 20_000_000);
        }
        catch (ExtractionException failure)
        {
            Assert.NotEqual(ExtractionCodes.ChildUnavailable, failure.Code);
            Assert.True(failure.Reason.Length > 20 && !failure.Reason.Contains("/tmp", StringComparison.Ordinal), failure.Reason);
        }
    }

    private static string Repeat(string text, int count) => new StringBuilder().Insert(0, text, count).ToString();

    private static string Stream(string dictionary, string content) => $"<< {dictionary} /Length {content.Length} >>\nstream\n{content}\nendstream";

    private static byte[] Pdf(params string[] objects)
    {
        var file = new StringBuilder("%PDF-1.4\n");
        var offsets = new List<int>();
        for (var i = 0; i < objects.Length; i++)
        {
            offsets.Add(file.Length);
            file.Append(CultureInfo.InvariantCulture, $"{i + 1} 0 obj\n{objects[i]}\nendobj\n");
        }

        var start = file.Length;
        file.Append(CultureInfo.InvariantCulture, $"xref\n0 {objects.Length + 1}\n0000000000 65535 f \n").Append(string.Concat(offsets.Select(offset => offset.ToString("D10", CultureInfo.InvariantCulture) + " 00000 n \n")));
        return Encoding.Latin1.GetBytes(file.Append(CultureInfo.InvariantCulture, $"trailer << /Size {objects.Length + 1} /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n").ToString());
    }

    private static byte[] Deflated(int zeros)
    {
        using var bytes = new MemoryStream();
        using (var packed = new ZLibStream(bytes, CompressionLevel.Fastest, leaveOpen: true))
        {
            packed.Write(new byte[zeros]);
        }

        return bytes.ToArray();
    }

    private static byte[] Deflatable(string text) => Encoding.ASCII.GetBytes(text);

    private static byte[] Zip(params (string Name, byte[] Content)[] parts)
    {
        using var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, content) in parts)
            {
                using var entry = archive.CreateEntry(name, CompressionLevel.Fastest).Open();
                entry.Write(content);
            }
        }

        return bytes.ToArray();
    }
}
