using System.Buffers.Binary;

namespace Convo.Core.Knowledge.Pictures;

/// <summary>Keeps the chunks of a WebP that draw it (RFC 9649): no EXIF, no XMP, no unknown ones.</summary>
internal static class WebpCleaner
{
    public const string MediaType = "image/webp";

    private const int HeaderLength = 12;
    private const int ChunkHeader = 8;
    private const int FrameHeader = 16;

    /// <summary>Flags of the extended header that announce what was left out: colour profile, EXIF, XMP.</summary>
    private const byte LeftOut = 0x20 | 0x08 | 0x04;

    private static readonly HashSet<string> Kept = ["VP8 ", "VP8L", "VP8X", "ALPH", "ANIM", "ANMF"];

    /// <summary>Frames hold no frames: a file that nests them is not followed.</summary>
    private static readonly HashSet<string> KeptInFrames = ["VP8 ", "VP8L", "ALPH"];

    public static Picture Clean(ReadOnlySpan<byte> file)
    {
        var size = checked((int)BinaryPrimitives.ReadUInt32LittleEndian(file[4..]));
        var body = file[HeaderLength..checked(size + ChunkHeader)];
        var kept = new List<byte>(file.Length);
        (int Width, int Height)? dimensions = null;
        var hasPixels = Chunks(body, Kept, kept, ref dimensions);
        if (!hasPixels || dimensions is not { } sides)
        {
            throw new InvalidDataException("A WebP without pixels.");
        }

        byte[] all = [.. "RIFF"u8, 0, 0, 0, 0, .. "WEBP"u8, .. kept];
        BinaryPrimitives.WriteUInt32LittleEndian(all.AsSpan(4), (uint)(all.Length - ChunkHeader));
        return new Picture(MediaType, all, sides.Width, sides.Height);
    }

    private static bool Chunks(ReadOnlySpan<byte> from, HashSet<string> allowed, List<byte> kept, ref (int Width, int Height)? dimensions)
    {
        var hasPixels = false;
        while (from.Length >= ChunkHeader)
        {
            var length = checked((int)BinaryPrimitives.ReadUInt32LittleEndian(from[4..]));
            var type = System.Text.Encoding.ASCII.GetString(from[..4]);
            var content = from.Slice(ChunkHeader, length);
            if (allowed.Contains(type))
            {
                dimensions ??= Dimensions(type, content);
                hasPixels |= type is "VP8 " or "VP8L" or "ANMF";
                Keep(kept, type, content);
            }

            // Chunks are padded to an even length; the last padding is sometimes missing.
            from = from[Math.Min(from.Length, ChunkHeader + length + (length & 1))..];
        }

        return hasPixels;
    }

    private static void Keep(List<byte> kept, string type, ReadOnlySpan<byte> content)
    {
        byte[] written = content.ToArray();
        if (type == "VP8X")
        {
            written[0] &= unchecked((byte)~LeftOut);
        }
        else if (type == "ANMF")
        {
            List<byte> frame = [.. content[..FrameHeader]];
            (int, int)? ignored = null;
            Chunks(content[FrameHeader..], KeptInFrames, frame, ref ignored);
            written = [.. frame];
        }

        kept.AddRange(System.Text.Encoding.ASCII.GetBytes(type));
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(length, (uint)written.Length);
        kept.AddRange(length);
        kept.AddRange(written);
        if (written.Length % 2 == 1)
        {
            kept.Add(0);
        }
    }

    private static (int Width, int Height)? Dimensions(string type, ReadOnlySpan<byte> content) => type switch
    {
        "VP8X" => (1 + (content[4] | (content[5] << 8) | (content[6] << 16)), 1 + (content[7] | (content[8] << 8) | (content[9] << 16))),
        // Behind the frame tag and the start code, 14 bits each.
        "VP8 " => (BinaryPrimitives.ReadUInt16LittleEndian(content[6..]) & 0x3FFF, BinaryPrimitives.ReadUInt16LittleEndian(content[8..]) & 0x3FFF),
        "VP8L" when BinaryPrimitives.ReadUInt32LittleEndian(content[1..]) is var bits => (1 + (int)(bits & 0x3FFF), 1 + (int)((bits >> 14) & 0x3FFF)),
        _ => null,
    };
}
