namespace Convo.Core.Knowledge;

/// <summary>Collects a reader's blocks: cleans their text, drops empty ones, counts pages and enforces the limits.</summary>
internal sealed class DocumentBuilder(ReaderLimits limits, Action<ExtractionProgress> progress)
{
    private readonly List<Block> _blocks = [];
    private readonly long _started = TimeProvider.System.GetTimestamp();
    private int _characters;
    private int _pages = 1;
    private readonly List<int> _textless = [];
    private int _insidePage;
    private (string Text, int Page)? _announced;
    private int _headingShift;

    /// <summary>The title its metadata gives; that of a file inside it is not taken.</summary>
    public string? Title
    {
        get;
        set => field = _insidePage > 0 ? field : value;
    }

    /// <summary>Reads files inside this one.</summary>
    public EmbeddedFiles? Nested { get; set; }

    /// <summary>Whether as much text was gathered as is allowed.</summary>
    public bool IsFull => _characters > limits.MaxCharacters;

    /// <summary>Whether a reader that can stop between two pages should.</summary>
    public bool IsLate => TimeProvider.System.GetElapsedTime(_started).TotalSeconds > limits.PatienceSeconds;

    public IReadOnlyList<Block> Blocks => _blocks;

    /// <summary>A heading that is written once something comes below it: an empty sheet has no name to be found by.</summary>
    public void Announce(string heading, int page) => _announced = (heading, page);

    public void Heading(string text, int level, int page) =>
        Add(BlockKind.Heading, TextCleaner.Flow(text), page, Math.Clamp(level + _headingShift, 1, 6));

    /// <summary>A paragraph; its line breaks are layout and go.</summary>
    public void Paragraph(string text, int page) => Add(BlockKind.Paragraph, TextCleaner.Flow(text), page, 0);

    /// <summary>A paragraph whose line breaks mean something: an address, a poem, plain text.</summary>
    public void Lines(string text, int page) => Add(BlockKind.Paragraph, TextCleaner.Lines(text), page, 0);

    public void ListItem(string text, int level, int page) => Add(BlockKind.ListItem, TextCleaner.Flow(text), page, Math.Max(level, 1));

    /// <summary>Rows of cells, the header first.</summary>
    public void Table(IReadOnlyList<IReadOnlyList<string>> rows, int page) => Add(BlockKind.Table, MarkdownTable.Render(rows), page, 0);

    public void Code(string text, int page) => Add(BlockKind.Code, TextCleaner.Clean(text), page, 0);

    /// <summary>Until it is disposed, everything lies on <paramref name="page"/> and its headings are <paramref name="headings"/> levels lower.</summary>
    public IDisposable Inside(int page, int headings)
    {
        var outer = new Place(this, _insidePage, _headingShift);
        (_insidePage, _headingShift) = (_insidePage > 0 ? _insidePage : page, _headingShift + headings);
        return outer;
    }

    /// <summary>Notes a page of this file that holds no text; a picture of text may be on it.</summary>
    public void TextlessPage(int page)
    {
        if (_insidePage == 0)
            _textless.Add(page);
    }

    /// <summary>Tells how far the reader is, and that the document has at least <paramref name="done"/> pages.</summary>
    public void PageDone(int done, int total)
    {
        CheckPages(Math.Max(done, total));
        if (_insidePage > 0)
            return;
        _pages = Math.Max(_pages, Math.Max(done, total));
        progress(new ExtractionProgress(done, total));
    }

    /// <summary>Tells that the reader gets on, where it cannot tell how far.</summary>
    public void Alive() => progress(new ExtractionProgress(0, 0));

    public void CheckPages(int pages)
    {
        if (pages > limits.MaxPages)
        {
            throw new ExtractionException(ExtractionCodes.TooManyPages,
                $"The file has {pages:N0} pages; at most {limits.MaxPages:N0} are read. Split it and upload the parts.");
        }
    }

    public ExtractedDocument Build(DetectedType type)
    {
        if (_blocks.Count == 0)
        {
            throw new ExtractionException(ExtractionCodes.NoText, type == FileTypes.Pdf
                ? "No text was found in this PDF; it may be a scan. Run text recognition (OCR) on it and upload the result."
                : "No text was found in this file. Check that it is the right one.") { TextlessPages = _textless };
        }
        var title = TextCleaner.Flow(Title ?? "");
        if (title.Length == 0)
            title = _blocks.Take(20).FirstOrDefault(block => block is { Kind: BlockKind.Heading, Level: 1 })?.Text ?? "";
        if (title.Length > 300)
            title = title[..(char.IsHighSurrogate(title[299]) ? 299 : 300)];
        return new ExtractedDocument(type.MediaType, title.Length == 0 ? null : title, _pages, _blocks) { TextlessPages = _textless };
    }

    private void Add(BlockKind kind, string text, int page, int level)
    {
        if (string.IsNullOrWhiteSpace(text))
            return;
        if (_announced is { } heading)
        {
            _announced = null;
            Heading(heading.Text, 1, heading.Page);
        }
        _characters += text.Length;
        if (_characters > limits.MaxCharacters)
        {
            throw new ExtractionException(ExtractionCodes.TooLarge, ExtractionReasons.TooMuchText(limits.MaxCharacters));
        }
        page = _insidePage > 0 ? _insidePage : page;
        _pages = Math.Max(_pages, page);
        _blocks.Add(new Block(kind, text, page, level));
    }

    private sealed class Place(DocumentBuilder builder, int page, int shift) : IDisposable
    {
        public void Dispose() => (builder._insidePage, builder._headingShift) = (page, shift);
    }
}
