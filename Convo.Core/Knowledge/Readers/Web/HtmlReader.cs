using System.Text;
using System.Text.RegularExpressions;
using AngleSharp.Html.Parser;

namespace Convo.Core.Knowledge;

/// <summary>HTML as a person would read it: no scripts, styles or navigation, nothing loaded.</summary>
internal sealed partial class HtmlReader : IDocumentReader
{
    private const int CharsetWithin = 2048;

    // Without a browsing context there is no loader: the parser cannot fetch anything.
    private static readonly HtmlParser Parser = new(new HtmlParserOptions { IsScripting = false });

    public bool CanRead(DetectedType type) => type == FileTypes.Html;

    public void Read(ReaderInput input, DocumentBuilder output)
    {
        using var document = Parser.ParseDocument(Decode(input.Bytes.Span));
        output.Title = document.Title;
        var walker = new HtmlWalker(output);
        if (document.Body is { } body)
            walker.Walk(body);
    }

    /// <summary>Adds the blocks of a piece of HTML inside another format.</summary>
    public static void ReadFragment(string html, DocumentBuilder output, int page = 1)
    {
        using var document = Parser.ParseDocument(html);
        if (document.Body is { } body)
            new HtmlWalker(output, page).Walk(body);
    }

    /// <summary>The text of a page, in the encoding it declares or shows.</summary>
    public static string Decode(ReadOnlySpan<byte> bytes)
    {
        var hasMark = bytes is [0xEF, 0xBB, 0xBF, ..] or [0xFF, 0xFE, ..] or [0xFE, 0xFF, ..];
        var head = Encoding.Latin1.GetString(bytes[..Math.Min(bytes.Length, CharsetWithin)]);
        if (!hasMark && Charset().Match(head) is { Success: true } match && Find(match.Groups[1].Value) is { } declared)
            return declared.GetString(bytes);
        return TextDecoder.Decode(bytes);
    }

    private static Encoding? Find(string name)
    {
        try
        {
            Encoding.RegisterProvider(CodePagesEncodingProvider.Instance);
            // A page that could be read so far is not UTF-16, and what says Latin 1 means Windows 1252 (WHATWG Encoding).
            return name.ToLowerInvariant() switch
            {
                "iso-8859-1" or "latin1" or "us-ascii" or "ascii" => Encoding.GetEncoding(1252),
                var other when other.StartsWith("utf-", StringComparison.Ordinal) => null,
                var other => Encoding.GetEncoding(other),
            };
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"<meta[^>]{0,200}charset\s*=\s*[""']?\s*([A-Za-z0-9_:.-]{1,40})", RegexOptions.IgnoreCase | RegexOptions.NonBacktracking)]
    private static partial Regex Charset();
}
