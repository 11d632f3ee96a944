namespace Convo.Core.Knowledge;

/// <summary>Plain text (paragraphs between blank lines; form feeds are pages) and source code.</summary>
internal sealed class PlainTextReader : IDocumentReader
{
    public bool CanRead(DetectedType type) => type == FileTypes.PlainText || type == FileTypes.SourceCode;

    public void Read(ReaderInput input, DocumentBuilder output)
    {
        var text = TextDecoder.Decode(input.Bytes.Span);
        var isCode = input.Type == FileTypes.SourceCode;
        var pages = text.Replace("\r\n", "\n", StringComparison.Ordinal).Replace('\r', '\n').Split('\f');
        for (var i = 0; i < pages.Length; i++)
        {
            output.CheckPages(i + 1);
            foreach (var paragraph in Paragraphs(pages[i]))
            {
                if (isCode)
                    output.Code(paragraph, i + 1);
                else
                    output.Lines(paragraph, i + 1);
            }
        }
    }

    /// <summary>Stretches of lines that are not blank. A file without blank lines is one stretch; the chunker cuts it.</summary>
    private static IEnumerable<string> Paragraphs(string text)
    {
        var (start, at) = (-1, 0);
        while (at < text.Length)
        {
            var feed = text.IndexOf('\n', at);
            var end = feed < 0 ? text.Length : feed;
            var blank = text.AsSpan(at, end - at).IsWhiteSpace();
            if (!blank && start < 0)
                start = at;
            if (blank && start >= 0)
            {
                yield return text[start..at];
                start = -1;
            }
            at = end + 1;
        }
        if (start >= 0)
            yield return text[start..];
    }
}
