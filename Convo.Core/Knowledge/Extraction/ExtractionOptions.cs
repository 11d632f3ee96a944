namespace Convo.Core.Knowledge;

/// <summary>Limits of reading one file, and how the reading process is started.</summary>
public sealed class ExtractionOptions
{
    public const string Section = "Convo:Extraction";

    /// <summary>Program and arguments of the child. Empty: this program itself, with the argument <c>extract</c>.</summary>
    public IReadOnlyList<string> Command { get; set; } = [];

    /// <summary>
    /// Wall time of one file, text recognition included, whatever it does: with what follows (vectors, index) it ends within a minute. A long
    /// PDF is read for two thirds of it and then says which pages are missing.
    /// </summary>
    public TimeSpan Timeout { get; set; } = TimeSpan.FromSeconds(45);

    /// <summary>Managed heap of the child, in bytes. Its whole process uses some 150 MB more.</summary>
    public long MaxMemoryBytes { get; set; } = 768L << 20;

    public int MaxPages { get; set; } = 5_000;

    /// <summary>Characters of text one file may give.</summary>
    public int MaxCharacters { get; set; } = 20_000_000;

    /// <summary>Bytes that all parts of a packed format (DOCX …) may unpack to.</summary>
    public long MaxInflatedBytes { get; set; } = 512L << 20;

    /// <summary>How many times larger than its packed size one part may unpack; parts under 1 MB are exempt.</summary>
    public int MaxInflateRatio { get; set; } = 200;

    public int MaxParts { get; set; } = 10_000;

    /// <summary>Whether pages without text are given to text recognition, where <c>tesseract</c> and <c>pdftoppm</c> are installed.</summary>
    public bool Ocr { get; set; } = true;

    /// <summary>Languages to recognise, as tesseract names them ("eng+deu"). Empty: those installed, at most four.</summary>
    public string OcrLanguages { get; set; } = "";

    /// <summary>What text recognition of one file gets beyond <see cref="Timeout"/>, for whoever stores scanned books; what was recognised by then is kept.</summary>
    public TimeSpan OcrTimeout { get; set; }

    /// <summary>Pages of one file that are recognised.</summary>
    public int MaxOcrPages { get; set; } = 500;

    /// <summary>Filled cells of all sheets of a workbook.</summary>
    public int MaxCells { get; set; } = 5_000_000;

    /// <summary>How deep files in files (attachments of mail, embedded documents) are opened; the file itself is level 0.</summary>
    public int MaxNesting { get; set; } = 4;

    /// <summary>How many files in a file are opened, on all levels together.</summary>
    public int MaxEmbedded { get; set; } = 500;
}
