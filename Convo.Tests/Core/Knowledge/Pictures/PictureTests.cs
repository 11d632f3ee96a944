using System.Buffers.Binary;
using System.Text;
using Convo.Core.Knowledge.Pictures;
using Convo.Core.Shared;
using Xunit;

namespace Convo.Tests.Core.Knowledge.Pictures;

public sealed class PictureTests
{
    private const string Secret = "GPS 52.5200 13.4050 Ada";

    private static readonly byte[] Hidden = Encoding.ASCII.GetBytes(Secret);

    [Fact]
    public void Clean_Png_LosesItsTextsAndKeepsItsPixels()
    {
        byte[] pixels = Chunk("IDAT", [1, 2, 3]);
        byte[] file = [.. PngCleaner.Signature, .. Header(3, 2), .. Chunk("tEXt", Hidden), .. Chunk("eXIf", Hidden), .. pixels, .. Chunk("acTL", new byte[8]), .. Chunk("IEND", []), .. Hidden];

        var clean = Picture.Clean(file);

        Assert.Equal(("image/png", 3, 2), (clean.MediaType, clean.Width, clean.Height));
        Assert.Equal([.. PngCleaner.Signature, .. Header(3, 2), .. pixels, .. Chunk("IEND", [])], clean.Bytes);
    }

    [Fact]
    public void Clean_Jpeg_LosesExifCommentsAndTheRestButKnowsWhichWayIsUp()
    {
        byte[] tiff = [.. "II*\0"u8, 8, 0, 0, 0, 2, 0, /* a text */ 0x0E, 0x01, 2, 0, 4, 0, 0, 0, 1, 2, 3, 0, /* orientation 6 */ 0x12, 0x01, 3, 0, 1, 0, 0, 0, 6, 0, 0, 0, 0, 0, 0, 0];
        byte[] frame = Segment(0xC0, [8, 0, 20, 0, 30, 1, 1, 0x11, 0]);
        byte[] scan = [.. Segment(0xDA, [1, 1, 0, 0, 63, 0]), 0x12, 0xFF, 0x00, 0x34, 0xFF, 0xD0, 0x56];
        byte[] adobe = Segment(0xEE, [.. "Adobe"u8, 0, 100, 0, 0, 0, 0, 1]);
        byte[] file =
        [
            0xFF, 0xD8, .. Segment(0xE1, [.. "Exif\0\0"u8, .. tiff, .. Hidden]), .. Segment(0xED, Hidden), .. Segment(0xFE, Hidden), .. adobe, .. frame, .. scan, 0xFF, 0xD9, .. Hidden,
        ];

        var clean = Picture.Clean(file);

        Assert.Equal(("image/jpeg", 30, 20), (clean.MediaType, clean.Width, clean.Height));
        Assert.DoesNotContain(Secret, Encoding.Latin1.GetString(clean.Bytes), StringComparison.Ordinal);
        Assert.Equal([0xFF, 0xD8, .. JpegOrientation.Segment(6), .. adobe, .. frame, .. scan, 0xFF, 0xD9], clean.Bytes);
        Assert.Equal((ushort)6, JpegOrientation.Read(JpegOrientation.Segment(6).AsSpan(4)));
    }

    [Fact]
    public void Clean_Gif_LosesCommentsAndKeepsItsLoop()
    {
        byte[] screen = [.. "GIF89a"u8, 5, 0, 4, 0, 0x80, 0, 0, 1, 2, 3, 4, 5, 6];
        byte[] loop = [0x21, 0xFF, 11, .. "NETSCAPE2.0"u8, 3, 1, 0, 0, 0];
        byte[] image = [0x21, 0xF9, 4, 0, 0, 0, 0, 0, 0x2C, 0, 0, 0, 0, 5, 0, 4, 0, 0, 2, 2, 0x4C, 0x01, 0];
        byte[] file = [.. screen, 0x21, 0xFE, (byte)Hidden.Length, .. Hidden, 0, .. loop, 0x21, 0xFF, 11, .. "XMP DataXMP"u8, (byte)Hidden.Length, .. Hidden, 0, .. image, 0x3B, .. Hidden];

        var clean = Picture.Clean(file);

        Assert.Equal(("image/gif", 5, 4), (clean.MediaType, clean.Width, clean.Height));
        Assert.Equal([.. screen, .. loop, .. image, 0x3B], clean.Bytes);
    }

    [Fact]
    public void Clean_Webp_LosesExifAndTheFlagsThatAnnounceIt()
    {
        byte[] extended = Riff("VP8X", [0x2C | 0x10, 0, 0, 0, 9, 0, 0, 6, 0, 0]);
        byte[] pixels = Riff("VP8L", [0x2F, 9, 0x80, 1, 0, 1]);
        byte[] body = [.. "WEBP"u8, .. extended, .. Riff("ICCP", Hidden), .. pixels, .. Riff("EXIF", Hidden), .. Riff("XMP ", Hidden)];
        byte[] file = [.. "RIFF"u8, .. Length(body.Length), .. body, .. Hidden];

        var clean = Picture.Clean(file);

        Assert.Equal(("image/webp", 10, 7), (clean.MediaType, clean.Width, clean.Height));
        Assert.DoesNotContain(Secret, Encoding.Latin1.GetString(clean.Bytes), StringComparison.Ordinal);
        byte[] kept = [.. "WEBP"u8, .. Riff("VP8X", [0x10, 0, 0, 0, 9, 0, 0, 6, 0, 0]), .. pixels];
        Assert.Equal([.. "RIFF"u8, .. Length(kept.Length), .. kept], clean.Bytes);
    }

    [Theory]
    [InlineData("<svg xmlns='http://www.w3.org/2000/svg'/>")]
    [InlineData("%PDF-1.7")]
    [InlineData("II*\0")]
    public void TypeOf_OtherFiles_IsNone(string head) => Assert.Null(Picture.TypeOf(Encoding.ASCII.GetBytes(head)));

    /// <summary>Cut, flipped and random bytes: a clean picture or 415, never anything else, and never without an end.</summary>
    [Fact]
    public void Clean_BrokenFiles_AreRefusedPlainly()
    {
        byte[][] whole =
        [
            [.. PngCleaner.Signature, .. Header(3, 2), .. Chunk("IDAT", [1, 2, 3]), .. Chunk("IEND", [])],
            [0xFF, 0xD8, .. Segment(0xE1, [.. "Exif\0\0"u8, .. "II*\0"u8, 8, 0, 0, 0, 9, 0]), .. Segment(0xC0, [8, 0, 20, 0, 30, 1, 1, 0x11, 0]), .. Segment(0xDA, [1, 1, 0, 0, 63, 0]), 1, 2, 0xFF, 0xD9],
            [.. "GIF89a"u8, 5, 0, 4, 0, 0, 0, 0, 0x2C, 0, 0, 0, 0, 5, 0, 4, 0, 0, 2, 1, 0x4C, 0, 0x3B],
            [.. "RIFF"u8, .. Length(24), .. "WEBP"u8, .. Riff("ANMF", [.. new byte[16], .. Riff("ANMF", new byte[16])])],
        ];
        var random = new Random(7);
        foreach (var file in whole)
        {
            for (var cut = 12; cut < file.Length; cut++)
            {
                Try(file[..cut]);
            }

            for (var i = 0; i < 2000; i++)
            {
                byte[] flipped = [.. file];
                flipped[random.Next(3, flipped.Length)] = (byte)random.Next(256);
                Try(flipped);
            }
        }

        static void Try(byte[] file)
        {
            if (Picture.TypeOf(file) is null)
            {
                return;
            }

            try
            {
                Assert.True(Picture.Clean(file).Bytes.Length <= file.Length + 64);
            }
            catch (ConvoException e)
            {
                Assert.Equal(ProblemKind.UnsupportedType, e.Kind);
            }
        }
    }

    internal static byte[] Chunk(string type, byte[] content)
    {
        Span<byte> length = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(length, content.Length);
        return [.. length, .. Encoding.ASCII.GetBytes(type), .. content, 0, 0, 0, 0];
    }

    private static byte[] Header(byte width, byte height) => Chunk("IHDR", [0, 0, 0, width, 0, 0, 0, height, 8, 2, 0, 0, 0]);

    private static byte[] Segment(byte marker, byte[] content) => [0xFF, marker, (byte)((content.Length + 2) >> 8), (byte)(content.Length + 2), .. content];

    private static byte[] Riff(string type, byte[] content) => [.. Encoding.ASCII.GetBytes(type), .. Length(content.Length), .. content, .. new byte[content.Length % 2]];

    private static byte[] Length(int length) => [(byte)length, (byte)(length >> 8), (byte)(length >> 16), (byte)(length >> 24)];
}
