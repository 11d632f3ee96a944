namespace Convo.Core.Knowledge;

/// <summary>Tells what a file is from its bytes; its name only tells kinds of text apart.</summary>
public static class FileType
{
    /// <summary>How much of a file's start is enough for a first judgement; the reading child judges again by the whole.</summary>
    public const int HeadLength = 64 * 1024;

    /// <param name="head">The file's first bytes, or all of it.</param>
    /// <param name="filename">Its name, for its extension.</param>
    public static DetectedType Detect(ReadOnlySpan<byte> head, string filename)
    {
        if (head.StartsWith("PK\x03\x04"u8) || head.StartsWith("PK\x05\x06"u8))
            return PackedTypes.DetectZip(head, ExtensionOf(filename));
        if (head.StartsWith((ReadOnlySpan<byte>)[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1]))
            return OleTypes.Detect(head);
        if (FileSignatures.Find(head) is { } signed)
            return signed;
        // Mail may carry a PDF as an attachment that is not encoded, so mail is asked first.
        if (head[..Math.Min(head.Length, 1024)].IndexOf("%PDF-"u8) is var mark and >= 0 && !(mark > 0 && MailSniffer.LooksLikeMail(head)))
            return FileTypes.Pdf;
        return TextDecoder.TryDecode(head, isWhole: false, out var text) ? TextTypes.Detect(text, filename) : FileTypes.Unknown;
    }

    /// <summary>The extension with its dot in lower case; empty when there is none. Never throws, whatever the name.</summary>
    internal static string ExtensionOf(string filename)
    {
        var dot = filename.LastIndexOf('.');
        return dot < 0 || filename.Length - dot > 12 ? "" : filename[dot..].ToLowerInvariant();
    }
}
