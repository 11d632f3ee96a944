using Convo.Core.Shared;

namespace Convo.Core.Knowledge.Pictures;

/// <summary>A picture as it is kept and sent: nothing of the file but what is needed to draw it.</summary>
/// <param name="MediaType">By its bytes, never by its name.</param>
internal sealed record Picture(string MediaType, byte[] Bytes, int Width, int Height)
{
    /// <summary>What every provider takes; the base64 on the wire is a third longer.</summary>
    public const int MaxBytes = 8 << 20;

    private const int MaxSide = 16_000;
    private const long MaxPixels = 100_000_000;

    /// <summary>The media type of a PNG, JPEG, WebP or GIF by its first bytes; null for everything else.</summary>
    public static string? TypeOf(ReadOnlySpan<byte> head) => head switch
    {
        _ when head.StartsWith(PngCleaner.Signature) => PngCleaner.MediaType,
        _ when head.StartsWith(JpegCleaner.Signature) => JpegCleaner.MediaType,
        _ when head.StartsWith("GIF87a"u8) || head.StartsWith("GIF89a"u8) => GifCleaner.MediaType,
        _ when head.Length >= 12 && head.StartsWith("RIFF"u8) && head[8..12].SequenceEqual("WEBP"u8) => WebpCleaner.MediaType,
        _ => null,
    };

    public static bool IsPicture(string mediaType) => mediaType is PngCleaner.MediaType or JpegCleaner.MediaType or GifCleaner.MediaType or WebpCleaner.MediaType;

    /// <summary>Where it was taken, by whom, with what, thumbnails and whatever stands behind the end are left out; the pixels are as they were.</summary>
    /// <exception cref="ConvoException">415: it is not what its first bytes say, or too large to draw.</exception>
    public static Picture Clean(ReadOnlySpan<byte> file)
    {
        Picture picture;
        try
        {
            picture = TypeOf(file) switch
            {
                PngCleaner.MediaType => PngCleaner.Clean(file),
                JpegCleaner.MediaType => JpegCleaner.Clean(file),
                GifCleaner.MediaType => GifCleaner.Clean(file),
                _ => WebpCleaner.Clean(file),
            };
        }
        catch (Exception e) when (e is InvalidDataException or ArgumentException or IndexOutOfRangeException or OverflowException)
        {
            throw new ConvoException(ProblemKind.UnsupportedType, "unsupported_type", "This picture is damaged or cut off. Open it, save it again and choose that file.", e);
        }

        return picture.Width is > 0 and <= MaxSide && picture.Height is > 0 and <= MaxSide && (long)picture.Width * picture.Height <= MaxPixels
            ? picture
            : throw new ConvoException(ProblemKind.UnsupportedType, "unsupported_type", $"This picture has {picture.Width} × {picture.Height} pixels. Make it smaller than {MaxSide} on each side and choose it again.");
    }

    public override string ToString() => $"{MediaType} {Width}x{Height}";
}
