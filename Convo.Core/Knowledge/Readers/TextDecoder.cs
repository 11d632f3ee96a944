using System.Text;
using UtfUnknown;

namespace Convo.Core.Knowledge;

/// <summary>Turns bytes of unknown encoding into text: a byte order mark, else strict UTF-8, else a statistical guess.</summary>
internal static class TextDecoder
{
    private const int SampleLength = 256 * 1024;
    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false);

    static TextDecoder() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    /// <summary>The text of a whole file.</summary>
    /// <exception cref="ExtractionException">The bytes are not text.</exception>
    public static string Decode(ReadOnlySpan<byte> bytes) =>
        TryDecode(bytes, isWhole: true, out var text) ? text : throw new ExtractionException(ExtractionCodes.Unsupported, FileTypes.Unknown.Refusal!);

    /// <summary>False when the bytes are not text.</summary>
    /// <param name="isWhole">False when <paramref name="bytes"/> may end inside a character.</param>
    public static bool TryDecode(ReadOnlySpan<byte> bytes, bool isWhole, out string text)
    {
        text = "";
        var encoding = ByMark(bytes, out var markLength) ?? Utf16WithoutMark(bytes);
        bytes = bytes[markLength..];
        if (encoding is null)
        {
            // No text in an 8-bit encoding has NULs or many other control bytes.
            if (bytes.Contains((byte)0) || ShareOfControls(bytes) > 0.02)
                return false;
            encoding = Utf8OrNull(bytes, isWhole) ?? Guess(bytes);
        }
        text = encoding.GetString(bytes);
        return ShareOfGarbage(text) < 0.02;
    }

    private static Encoding? ByMark(ReadOnlySpan<byte> bytes, out int length)
    {
        (var encoding, length) = bytes switch
        {
            [0xEF, 0xBB, 0xBF, ..] => (Encoding.UTF8, 3),
            [0xFF, 0xFE, 0, 0, ..] => (Encoding.UTF32, 4),
            [0, 0, 0xFE, 0xFF, ..] => (new UTF32Encoding(bigEndian: true, byteOrderMark: true), 4),
            [0xFF, 0xFE, ..] => (Encoding.Unicode, 2),
            [0xFE, 0xFF, ..] => (Encoding.BigEndianUnicode, 2),
            _ => ((Encoding?)null, 0),
        };
        return encoding;
    }

    /// <summary>Western UTF-16 has a zero in nearly every second byte, and hardly any in the others.</summary>
    private static Encoding? Utf16WithoutMark(ReadOnlySpan<byte> bytes)
    {
        var sample = bytes[..Math.Min(bytes.Length & ~1, 4096)];
        if (sample.Length < 4)
            return null;
        var (even, odd) = (0, 0);
        for (var i = 0; i < sample.Length; i += 2)
        {
            even += sample[i] == 0 ? 1 : 0;
            odd += sample[i + 1] == 0 ? 1 : 0;
        }
        var pairs = sample.Length / 2;
        if (odd > pairs * 0.7 && even < pairs * 0.02)
            return Encoding.Unicode;
        return even > pairs * 0.7 && odd < pairs * 0.02 ? Encoding.BigEndianUnicode : null;
    }

    private static UTF8Encoding? Utf8OrNull(ReadOnlySpan<byte> bytes, bool isWhole)
    {
        // A cut-off last character is at most three bytes: the lead and its first followers.
        for (var cut = 0; cut <= (isWhole ? 0 : Math.Min(3, bytes.Length)); cut++)
        {
            if (System.Text.Unicode.Utf8.IsValid(bytes[..^cut]))
                return Utf8;
        }
        return null;
    }

    private static Encoding Guess(ReadOnlySpan<byte> bytes)
    {
        var sample = bytes[..Math.Min(bytes.Length, SampleLength)].ToArray();
        var detected = CharsetDetector.DetectFromBytes(sample).Detected;
        if (detected is { Encoding: { } encoding, Confidence: > 0.4f })
            return encoding;
        // These bytes are no letters in Windows 1252; a short text in an East Asian encoding has them.
        return sample.AsSpan().ContainsAny((ReadOnlySpan<byte>)[0x81, 0x8D, 0x8F, 0x90, 0x9D]) && EastAsianText.Find(sample) is { } asian
            ? asian
            : Encoding.GetEncoding(1252);
    }

    private static double ShareOfControls(ReadOnlySpan<byte> bytes)
    {
        var controls = 0;
        foreach (var b in bytes)
            controls += b < 32 && b is not (9 or 10 or 12 or 13 or 27) ? 1 : 0;
        return bytes.Length == 0 ? 0 : (double)controls / bytes.Length;
    }

    private static double ShareOfGarbage(string text)
    {
        var garbage = 0;
        foreach (var c in text)
            garbage += c == '\uFFFD' || (char.IsControl(c) && c is not ('\t' or '\n' or '\r' or '\f' or '\x1b')) ? 1 : 0;
        return text.Length == 0 ? 0 : (double)garbage / text.Length;
    }
}
