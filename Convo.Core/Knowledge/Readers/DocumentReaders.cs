namespace Convo.Core.Knowledge;

/// <summary>Picks the reader for a file. A new format is one more reader here and one more entry in <see cref="FileTypes"/>.</summary>
internal static class DocumentReaders
{
    private static readonly IDocumentReader[] All =
    [
        new PdfReader(), new DocxReader(), new PptxReader(), new XlsxReader(), new XlsbReader(),
        new DocReader(), new XlsReader(), new PptReader(),
        new OdfTextReader(), new OdfSheetReader(), new OdfSlideReader(), new RtfReader(), new EpubReader(),
        new MailReader(), new MsgReader(), new HtmlReader(), new MarkdownReader(),
        new CsvReader(), new JsonReader(), new XmlDataReader(), new PlainTextReader(),
    ];

    /// <exception cref="ExtractionException">The file cannot be used, with the reason.</exception>
    public static ExtractedDocument Read(
        ReadOnlyMemory<byte> bytes, string fileName, ReaderLimits limits, Action<ExtractionProgress> progress)
    {
        var budget = new InflateBudget(limits.MaxInflatedBytes);
        var output = new DocumentBuilder(limits, progress);
        output.Nested = new EmbeddedFiles(output, limits, budget);
        return output.Build(ReadInto(bytes, fileName, limits, budget, output));
    }

    /// <summary>Reads a file's blocks into <paramref name="output"/> and tells what the file is.</summary>
    public static DetectedType ReadInto(
        ReadOnlyMemory<byte> bytes, string fileName, ReaderLimits limits, InflateBudget budget, DocumentBuilder output)
    {
        if (bytes.IsEmpty)
            throw new ExtractionException(ExtractionCodes.Empty, ExtractionReasons.Empty);
        var type = FileType.Detect(bytes.Span, fileName);
        if (type == FileTypes.EncryptedOffice)
            throw new ExtractionException(ExtractionCodes.Encrypted, ExtractionReasons.Encrypted);
        if (type.Refusal is { } refusal)
            throw new ExtractionException(ExtractionCodes.Unsupported, refusal);
        All.First(reader => reader.CanRead(type)).Read(new ReaderInput(bytes, fileName, type, limits, budget), output);
        return type;
    }
}
