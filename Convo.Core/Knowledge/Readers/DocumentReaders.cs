namespace Convo.Core.Knowledge;

/// <summary>Picks the reader for a file. A new format is one more reader here and one more entry in <see cref="FileTypes"/>.</summary>
internal static class DocumentReaders
{
    private static readonly IDocumentReader[] All =
        [new PdfReader(), new DocxReader(), new HtmlReader(), new MarkdownReader(), new PlainTextReader()];

    /// <exception cref="ExtractionException">The file cannot be used, with the reason.</exception>
    public static ExtractedDocument Read(
        ReadOnlyMemory<byte> bytes, string fileName, ReaderLimits limits, Action<ExtractionProgress> progress)
    {
        if (bytes.IsEmpty)
            throw new ExtractionException(ExtractionCodes.Empty, ExtractionReasons.Empty);
        var type = FileType.Detect(bytes.Span, fileName);
        if (type == FileTypes.EncryptedOffice)
            throw new ExtractionException(ExtractionCodes.Encrypted, ExtractionReasons.Encrypted);
        if (type.Refusal is { } refusal)
            throw new ExtractionException(ExtractionCodes.Unsupported, refusal);
        var output = new DocumentBuilder(limits, progress);
        All.First(reader => reader.CanRead(type)).Read(new ReaderInput(bytes, type, limits), output);
        return output.Build(type);
    }
}
