using System.Globalization;
using System.Text;

namespace Convo.Core.Knowledge;

/// <summary>A picture in the plainest format there is (PGM, "P5"): a line each of mark, size and white, then a byte for each dot.</summary>
/// <param name="File">All of it, as a program reads it.</param>
/// <param name="Dots">The last bytes of <paramref name="File"/>.</param>
internal sealed record GrayImage(ReadOnlyMemory<byte> File, ReadOnlyMemory<byte> Dots)
{
    private const long MaxDots = 40_000_000;
    private const int MaxHeader = 64;

    /// <summary>Whether hardly a dot is dark: an empty page.</summary>
    public bool IsBlank
    {
        get
        {
            var dark = 0;
            foreach (var dot in Dots.Span)
                dark += dot < 160 ? 1 : 0;
            return dark < Math.Max(20, Dots.Length / 100_000);
        }
    }

    /// <summary>The next picture of a stream of them; null at its end, or when it is none.</summary>
    public static GrayImage? Read(Stream stream)
    {
        var header = new List<byte>();
        while (header.Count < MaxHeader && header.Count(value => value == '\n') < 3)
        {
            var next = stream.ReadByte();
            if (next < 0)
                return null;
            header.Add((byte)next);
        }
        var words = Encoding.ASCII.GetString([.. header]).Split([' ', '\n'], StringSplitOptions.RemoveEmptyEntries);
        if (words is not ["P5", var width, var height, "255"]
            || !long.TryParse(width, NumberStyles.None, CultureInfo.InvariantCulture, out var columns)
            || !long.TryParse(height, NumberStyles.None, CultureInfo.InvariantCulture, out var rows)
            || columns is < 1 or > MaxDots || rows is < 1 or > MaxDots || columns * rows > MaxDots)
        {
            return null;
        }
        var file = new byte[header.Count + (columns * rows)];
        header.CopyTo(file);
        if (stream.ReadAtLeast(file.AsSpan(header.Count), file.Length - header.Count, throwOnEndOfStream: false) < file.Length - header.Count)
            return null;
        return new GrayImage(file, file.AsMemory(header.Count));
    }
}
