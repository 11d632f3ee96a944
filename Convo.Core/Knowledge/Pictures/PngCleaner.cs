using System.Buffers.Binary;

namespace Convo.Core.Knowledge.Pictures;

/// <summary>Keeps the chunks of a PNG that draw it (https://www.w3.org/TR/png-3/). An animated one becomes its still.</summary>
internal static class PngCleaner
{
    public const string MediaType = "image/png";

    /// <summary>A chunk's length, type and checksum.</summary>
    private const int Overhead = 12;

    private static readonly HashSet<string> Kept = ["IHDR", "PLTE", "IDAT", "IEND", "tRNS", "gAMA", "cHRM", "sRGB", "sBIT", "bKGD"];

    public static ReadOnlySpan<byte> Signature => [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A];

    public static Picture Clean(ReadOnlySpan<byte> file)
    {
        var kept = new List<byte>(file.Length);
        kept.AddRange(Signature);
        var (width, height, hasPixels) = (0, 0, false);
        for (var at = Signature.Length; ;)
        {
            var length = checked((int)BinaryPrimitives.ReadUInt32BigEndian(file[at..]));
            var chunk = file.Slice(at, checked(length + Overhead));
            var type = System.Text.Encoding.ASCII.GetString(chunk[4..8]);
            if (type == "IHDR" == (at != Signature.Length))
            {
                throw new InvalidDataException("A PNG begins with its header and has one.");
            }

            if (type == "IHDR")
            {
                (width, height) = (BinaryPrimitives.ReadInt32BigEndian(chunk[8..]), BinaryPrimitives.ReadInt32BigEndian(chunk[12..]));
            }

            hasPixels |= type == "IDAT";
            if (Kept.Contains(type))
            {
                kept.AddRange(chunk);
            }

            at += chunk.Length;
            if (type == "IEND")
            {
                return hasPixels ? new Picture(MediaType, [.. kept], width, height) : throw new InvalidDataException("A PNG without pixels.");
            }
        }
    }
}
