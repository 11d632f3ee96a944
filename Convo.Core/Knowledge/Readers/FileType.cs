namespace Convo.Core.Knowledge;

/// <summary>Tells what a file is from its bytes; its name only tells kinds of text apart.</summary>
public static class FileType
{
    /// <summary>How much of a file's start is enough for a first judgement; the reading child judges again by the whole.</summary>
    public const int HeadLength = 64 * 1024;

    private static readonly string[] MarkdownExtensions = [".md", ".markdown", ".mdown", ".mkd"];
    private static readonly string[] HtmlExtensions = [".html", ".htm", ".xhtml"];
    private static readonly HashSet<string> CodeExtensions = new(StringComparer.OrdinalIgnoreCase)
    {
        ".c", ".h", ".cc", ".cpp", ".hpp", ".cs", ".css", ".dart", ".ex", ".erl", ".fs", ".go", ".gradle", ".groovy", ".hs", ".java",
        ".jl", ".js", ".json", ".jsx", ".kt", ".less", ".lua", ".m", ".ml", ".php", ".pl", ".proto", ".ps1", ".py", ".r", ".razor",
        ".rb", ".rs", ".scala", ".scss", ".sh", ".sql", ".swift", ".toml", ".ts", ".tsx", ".vb", ".vue", ".xml", ".xsd", ".xsl",
        ".yaml", ".yml", ".ini", ".cfg", ".conf", ".bat", ".cmd",
    };

    /// <param name="head">The file's first bytes, or all of it.</param>
    /// <param name="filename">Its name, for its extension.</param>
    public static DetectedType Detect(ReadOnlySpan<byte> head, string filename)
    {
        var extension = ExtensionOf(filename);
        // The specification wants the mark at the very start; readers have always allowed for junk before it.
        if (head[..Math.Min(head.Length, 1024)].IndexOf("%PDF-"u8) >= 0)
            return FileTypes.Pdf;
        if (head.StartsWith("PK\x03\x04"u8) || head.StartsWith("PK\x05\x06"u8))
            return PackedTypes.DetectZip(head, extension);
        if (head.StartsWith((ReadOnlySpan<byte>)[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]))
            return PackedTypes.DetectOle(head, extension);
        if (head.StartsWith("{\\rtf"u8))
            return FileTypes.Rtf;
        if (IsPicture(head))
            return FileTypes.Image;
        return TextDecoder.TryDecode(head, isWhole: false, out var text) ? DetectText(text, extension) : FileTypes.Unknown;
    }

    /// <summary>The extension with its dot in lower case; empty when there is none. Never throws, whatever the name.</summary>
    internal static string ExtensionOf(string filename)
    {
        var dot = filename.LastIndexOf('.');
        return dot < 0 || filename.Length - dot > 12 ? "" : filename[dot..].ToLowerInvariant();
    }

    private static DetectedType DetectText(string text, string extension)
    {
        if (MarkdownExtensions.Contains(extension))
            return FileTypes.Markdown;
        if (HtmlExtensions.Contains(extension) || HtmlSniffer.LooksLikeHtml(text))
            return FileTypes.Html;
        return CodeExtensions.Contains(extension) ? FileTypes.SourceCode : FileTypes.PlainText;
    }

    private static bool IsPicture(ReadOnlySpan<byte> head) =>
        head.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47]) || head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF])
        || head.StartsWith("GIF8"u8) || head.StartsWith("II*\0"u8) || head.StartsWith("MM\0*"u8)
        || (head.StartsWith("RIFF"u8) && head.Length > 12 && head[8..12].SequenceEqual("WEBP"u8));
}
