namespace Convo.Core.Knowledge;

/// <summary>Kinds of file that begin with bytes of their own.</summary>
internal static class FileSignatures
{
    public static DetectedType? Find(ReadOnlySpan<byte> head)
    {
        if (head.StartsWith("{\\rtf"u8) || head.StartsWith("\uFEFF{\\rtf"u8))
            return FileTypes.Rtf;
        if (head.StartsWith((ReadOnlySpan<byte>)[0x78, 0x9F, 0x3E, 0x22]))
            return FileTypes.Tnef;
        // Workbooks of Excel 2 to 4 are a bare stream of records.
        if (head.Length > 8 && head[0] == 9 && head[1] is 0 or 2 or 4 && head.StartsWith((ReadOnlySpan<byte>)[9, head[1], head[2], 0]) && head[2] is 4 or 6)
            return FileTypes.Xls;
        if (head.StartsWith("%!PS"u8) || head.StartsWith((ReadOnlySpan<byte>)[0xC5, 0xD0, 0xD3, 0xC6]))
            return FileTypes.PostScript;
        if (IsPicture(head))
            return FileTypes.Image;
        if (IsArchive(head))
            return FileTypes.Archive;
        if (head.StartsWith("\u007FELF"u8) || (head.StartsWith("MZ"u8) && head.Contains((byte)0)))
            return FileTypes.Program;
        return IsMedia(head) ? FileTypes.Media : null;
    }

    private static bool IsPicture(ReadOnlySpan<byte> head) =>
        head.StartsWith((ReadOnlySpan<byte>)[0x89, 0x50, 0x4E, 0x47]) || head.StartsWith((ReadOnlySpan<byte>)[0xFF, 0xD8, 0xFF])
        || head.StartsWith("GIF8"u8) || head.StartsWith("II*\0"u8) || head.StartsWith("MM\0*"u8)
        || (head.StartsWith("RIFF"u8) && At(head, 8, "WEBP"u8)) || At(head, 4, "ftypheic"u8) || At(head, 4, "ftypmif1"u8) || At(head, 4, "ftypavif"u8)
        || (head.StartsWith("BM"u8) && head.Length > 14 && head[6] == 0 && head[7] == 0 && head[8] == 0);

    private static bool IsArchive(ReadOnlySpan<byte> head) =>
        head.StartsWith((ReadOnlySpan<byte>)[0x37, 0x7A, 0xBC, 0xAF, 0x27, 0x1C]) || head.StartsWith("Rar!\x1A\x07"u8)
        || head.StartsWith((ReadOnlySpan<byte>)[0x1F, 0x8B, 8]) || head.StartsWith((ReadOnlySpan<byte>)[0xFD, 0x37, 0x7A, 0x58, 0x5A, 0])
        || (head.StartsWith("BZh"u8) && At(head, 4, "1AY&"u8)) || head.StartsWith((ReadOnlySpan<byte>)[0x28, 0xB5, 0x2F, 0xFD]) || At(head, 257, "ustar"u8);

    private static bool IsMedia(ReadOnlySpan<byte> head) =>
        head.StartsWith("ID3"u8) || head.StartsWith("OggS"u8) || head.StartsWith("fLaC"u8) || At(head, 4, "ftyp"u8)
        || (head.StartsWith("RIFF"u8) && (At(head, 8, "WAVE"u8) || At(head, 8, "AVI "u8))) || head.StartsWith((ReadOnlySpan<byte>)[0x1A, 0x45, 0xDF, 0xA3]);

    private static bool At(ReadOnlySpan<byte> head, int offset, ReadOnlySpan<byte> mark) =>
        head.Length >= offset + mark.Length && head[offset..].StartsWith(mark);
}
