using System.IO.Compression;
using System.Text;
using Convo.Core.Knowledge;

namespace Convo.Tests.Core.Knowledge.Readers;

/// <summary>Reads made-up files in this process and shows the blocks as short strings.</summary>
internal static class Reading
{
    public static readonly ReaderLimits Limits = ReaderLimits.From(new ExtractionOptions());

    public static ExtractedDocument Read(byte[] bytes, string name, ReaderLimits? limits = null) =>
        DocumentReaders.Read(bytes, name, limits ?? Limits, _ => { });

    public static ExtractedDocument Read(string text, string name) => Read(Encoding.UTF8.GetBytes(text), name);

    /// <summary>Such as <c>Heading1@2 Results</c>.</summary>
    public static IEnumerable<string> Show(ExtractedDocument document) =>
        document.Blocks.Select(block => $"{block.Kind}{(block.Level > 0 ? block.Level : "")}@{block.Page} {block.Text}");

    public static string Fails(Func<object> read) => Assert.Throws<ExtractionException>(() => read()).Code;

    public static byte[] Zip(params (string Name, string Text)[] parts)
    {
        using var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            foreach (var (name, text) in parts)
            {
                using var entry = archive.CreateEntry(name).Open();
                entry.Write(Encoding.UTF8.GetBytes(text));
            }
        }
        return bytes.ToArray();
    }

    /// <summary>A package with one part that is not compressed.</summary>
    public static byte[] Stored(string name, byte[] content)
    {
        using var bytes = new MemoryStream();
        using (var archive = new ZipArchive(bytes, ZipArchiveMode.Create, leaveOpen: true))
        {
            using var entry = archive.CreateEntry(name, CompressionLevel.NoCompression).Open();
            entry.Write(content);
        }
        return bytes.ToArray();
    }

    public static byte[] Docx(string body, params (string Name, string Text)[] more) => Zip([
        ("[Content_Types].xml", "<Types/>"),
        ("word/document.xml", $"<w:document xmlns:w='w' xmlns:mc='mc'><w:body>{body}</w:body></w:document>"), .. more]);
}
