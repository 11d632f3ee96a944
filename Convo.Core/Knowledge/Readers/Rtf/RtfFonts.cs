using System.Text;

namespace Convo.Core.Knowledge;

/// <summary>The code page of each font, by its character set; the document's own where a font says none.</summary>
internal sealed class RtfFonts
{
    private readonly Dictionary<int, int> _codePages = [];
    private readonly Dictionary<int, Encoding> _encodings = [];

    public RtfFonts() => Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);

    public int Document { get; set; } = 1252;

    public void SetCharset(int font, int charset)
    {
        if (CodePageOf(charset) is { } codePage)
            _codePages[font] = codePage;
    }

    public void SetCodePage(int font, int codePage) => _codePages[font] = codePage;

    public Encoding Of(int font)
    {
        var codePage = _codePages.GetValueOrDefault(font, Document);
        if (!_encodings.TryGetValue(codePage, out var encoding))
            _encodings[codePage] = encoding = Find(codePage);
        return encoding;
    }

    private static Encoding Find(int codePage)
    {
        try
        {
            return Encoding.GetEncoding(codePage);
        }
        catch (Exception failure) when (failure is ArgumentException or NotSupportedException)
        {
            return Encoding.GetEncoding(1252);
        }
    }

    // "Character sets" of the specification; 0 and 1 are the document's, 2 are symbols.
    private static int? CodePageOf(int charset) => charset switch
    {
        77 => 10000,
        128 => 932,
        129 => 949,
        130 => 1361,
        134 => 936,
        136 => 950,
        161 => 1253,
        162 => 1254,
        163 => 1258,
        177 => 1255,
        178 => 1256,
        186 => 1257,
        204 => 1251,
        222 => 874,
        238 => 1250,
        0 => 1252,
        _ => null,
    };
}
