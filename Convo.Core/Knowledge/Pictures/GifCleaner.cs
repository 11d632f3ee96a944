using System.Buffers.Binary;

namespace Convo.Core.Knowledge.Pictures;

/// <summary>Keeps the blocks of a GIF that draw it (https://www.w3.org/Graphics/GIF/spec-gif89a.txt): no comments, no plain text, no application data but the loop count.</summary>
internal static class GifCleaner
{
    public const string MediaType = "image/gif";

    private const int ScreenLength = 13;
    private const int ImageHeaderLength = 10;

    public static Picture Clean(ReadOnlySpan<byte> file)
    {
        var at = ScreenLength + Colours(file[10]);
        var kept = new List<byte>(file.Length);
        kept.AddRange(file[..at]);
        var hasPixels = false;
        while (true)
        {
            switch (file[at])
            {
                case 0x3B:
                    kept.Add(0x3B);
                    return hasPixels
                        ? new Picture(MediaType, [.. kept], BinaryPrimitives.ReadUInt16LittleEndian(file[6..]), BinaryPrimitives.ReadUInt16LittleEndian(file[8..]))
                        : throw new InvalidDataException("A GIF without pixels.");
                case 0x2C:
                    // Header, colours, the code size, then the pixels.
                    var pixels = at + ImageHeaderLength + Colours(file[at + 9]) + 1;
                    var end = AfterBlocks(file, pixels);
                    kept.AddRange(file[at..end]);
                    (at, hasPixels) = (end, true);
                    break;
                case 0x21:
                    var after = AfterBlocks(file, at + 2);
                    if (file[at + 1] == 0xF9 || (file[at + 1] == 0xFF && file[(at + 3)..].StartsWith("NETSCAPE2.0"u8)))
                    {
                        kept.AddRange(file[at..after]);
                    }

                    at = after;
                    break;
                default:
                    throw new InvalidDataException("Not a block of a GIF.");
            }
        }
    }

    private static int Colours(byte flags) => (flags & 0x80) == 0 ? 0 : 3 << ((flags & 7) + 1);

    private static int AfterBlocks(ReadOnlySpan<byte> file, int at)
    {
        while (file[at] != 0)
        {
            at += file[at] + 1;
        }

        return at + 1;
    }
}
