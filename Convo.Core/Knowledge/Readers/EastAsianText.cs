using System.Text;

namespace Convo.Core.Knowledge;

/// <summary>Finds the East Asian encoding of a text too short for statistics: the first that decodes it without a fault into usual letters.</summary>
internal static class EastAsianText
{
    public static Encoding? Find(byte[] bytes)
    {
        foreach (var name in (string[])["shift_jis", "euc-jp", "euc-kr", "gb18030", "big5"])
        {
            var encoding = Encoding.GetEncoding(name, EncoderFallback.ExceptionFallback, DecoderFallback.ExceptionFallback);
            if (Decode(encoding, bytes) is { } text && IsUsual(text, name))
                return Encoding.GetEncoding(name);
        }
        return null;
    }

    private static string? Decode(Encoding encoding, byte[] bytes)
    {
        try
        {
            return encoding.GetString(bytes);
        }
        catch (DecoderFallbackException)
        {
            return null;
        }
    }

    private static bool IsUsual(string text, string encoding)
    {
        var (letters, kana, hangul, usual) = (0, 0, 0, 0);
        foreach (var c in text.Where(c => c > 127))
        {
            letters++;
            kana += c is >= '\u3041' and <= '\u30FE' ? 1 : 0;
            hangul += c is >= '\uAC00' and <= '\uD7A3' ? 1 : 0;
            // Half-width katakana is what Chinese and Korean bytes look like in Shift-JIS.
            usual += c is (>= '\u3000' and <= '\u30FE') or (>= '\u4E00' and <= '\u9FA5') or (>= '\uAC00' and <= '\uD7A3') or (>= '\uFF01' and <= '\uFF5E') ? 1 : 0;
        }
        var expected = encoding switch { "euc-jp" => kana * 10 > letters, "euc-kr" => hangul * 10 > letters * 9, _ => true };
        return letters > 0 && usual * 20 >= letters * 19 && expected;
    }
}
