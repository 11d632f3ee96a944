using System.Buffers.Binary;

namespace Convo.Core.Knowledge.Pictures;

/// <summary>The one tag of EXIF that is needed to draw a picture: which way is up (JEITA CP-3451, tag 0x0112).</summary>
internal static class JpegOrientation
{
    private const ushort Tag = 0x0112;
    private const int TiffHeader = 6;
    private const int EntryLength = 12;

    /// <param name="payload">What stands in an APP1 segment.</param>
    /// <returns>2 to 8; null when it is upright or says nothing.</returns>
    public static ushort? Read(ReadOnlySpan<byte> payload)
    {
        if (!payload.StartsWith("Exif\0\0"u8) || payload.Length < TiffHeader + 10)
        {
            return null;
        }

        var tiff = payload[TiffHeader..];
        var little = tiff.StartsWith("II"u8);
        var directory = (long)(little ? BinaryPrimitives.ReadUInt32LittleEndian(tiff[4..]) : BinaryPrimitives.ReadUInt32BigEndian(tiff[4..]));
        if (directory + 2 > tiff.Length)
        {
            return null;
        }

        var entries = tiff[(int)directory..];
        var count = Short(entries, little);
        for (var i = 0; i < count && 2 + ((i + 1) * EntryLength) <= entries.Length; i++)
        {
            var entry = entries.Slice(2 + (i * EntryLength), EntryLength);
            if (Short(entry, little) == Tag)
            {
                return Short(entry[8..], little) is >= 2 and <= 8 and var orientation ? orientation : null;
            }
        }

        return null;
    }

    /// <summary>An APP1 segment with this tag alone.</summary>
    public static byte[] Segment(ushort orientation) =>
    [
        0xFF, 0xE1, 0x00, 0x22, .. "Exif\0\0"u8, .. "MM\0*"u8, 0, 0, 0, 8,
        0, 1, 0x01, 0x12, 0, 3, 0, 0, 0, 1, 0, (byte)orientation, 0, 0,
        0, 0, 0, 0,
    ];

    private static ushort Short(ReadOnlySpan<byte> from, bool little) => little ? BinaryPrimitives.ReadUInt16LittleEndian(from) : BinaryPrimitives.ReadUInt16BigEndian(from);
}
