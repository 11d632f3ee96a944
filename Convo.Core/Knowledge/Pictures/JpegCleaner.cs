using System.Buffers.Binary;

namespace Convo.Core.Knowledge.Pictures;

/// <summary>
/// Keeps the segments of a JPEG that draw it (ITU-T T.81, annex B): no EXIF but the orientation, no comments, no thumbnails, nothing behind
/// the end, where phones put films and depth.
/// </summary>
internal static class JpegCleaner
{
    public const string MediaType = "image/jpeg";

    private const byte EndOfImage = 0xD9;
    private const byte StartOfScan = 0xDA;
    private const byte Adobe = 0xEE;

    public static ReadOnlySpan<byte> Signature => [0xFF, 0xD8, 0xFF];

    public static Picture Clean(ReadOnlySpan<byte> file)
    {
        var kept = new List<byte>(file.Length) { 0xFF, 0xD8 };
        var (width, height, hasPixels) = (0, 0, false);
        for (var at = 2; ;)
        {
            if (file[at] != 0xFF)
            {
                throw new InvalidDataException("A marker was expected.");
            }

            var marker = file[at + 1];
            if (marker == 0xFF)
            {
                // Markers may be padded.
                at++;
                continue;
            }

            if (marker == EndOfImage)
            {
                kept.AddRange([0xFF, EndOfImage]);
                return hasPixels && width > 0 ? new Picture(MediaType, [.. kept], width, height) : throw new InvalidDataException("A JPEG without pixels.");
            }

            var segment = file.Slice(at, 2 + BinaryPrimitives.ReadUInt16BigEndian(file[(at + 2)..]));
            at += segment.Length;
            if (IsFrame(marker))
            {
                (height, width) = (BinaryPrimitives.ReadUInt16BigEndian(segment[5..]), BinaryPrimitives.ReadUInt16BigEndian(segment[7..]));
            }

            Keep(kept, marker, segment);
            if (marker == StartOfScan)
            {
                var end = at + EndOfScan(file[at..]);
                kept.AddRange(file[at..end]);
                (at, hasPixels) = (end, true);
            }
        }
    }

    /// <summary>The start-of-frame markers; three of their range mean something else.</summary>
    private static bool IsFrame(byte marker) => marker is >= 0xC0 and <= 0xCF and not (0xC4 or 0xC8 or 0xCC);

    private static void Keep(List<byte> kept, byte marker, ReadOnlySpan<byte> segment)
    {
        switch (marker)
        {
            case 0xE1 when JpegOrientation.Read(segment[4..]) is { } orientation:
                kept.AddRange(JpegOrientation.Segment(orientation));
                break;
            // Says which colours the numbers mean.
            case Adobe when segment[4..].StartsWith("Adobe"u8):
            case >= 0xC0 and <= 0xCF or 0xDA or 0xDB or 0xDC or 0xDD:
                kept.AddRange(segment);
                break;
        }
    }

    /// <summary>The length of the coded pixels: up to the next marker that is neither an escaped 0xFF nor a restart.</summary>
    private static int EndOfScan(ReadOnlySpan<byte> data)
    {
        for (var at = 0; ;)
        {
            var next = data[at..].IndexOf((byte)0xFF);
            if (next < 0)
            {
                throw new InvalidDataException("The pixels never end.");
            }

            at += next;
            if (data[at + 1] is not (0 or 0xFF or (>= 0xD0 and <= 0xD7)))
            {
                return at;
            }

            at += data[at + 1] == 0xFF ? 1 : 2;
        }
    }
}
