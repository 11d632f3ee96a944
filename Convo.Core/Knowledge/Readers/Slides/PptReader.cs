using System.Buffers.Binary;
using System.Text;

namespace Convo.Core.Knowledge;

/// <summary>
/// PPT of PowerPoint 97 to 2003 ([MS-PPT]). The slides' records follow each other in the document stream; text is in atoms of Latin
/// or UTF-16 letters. Text of placeholders stands in the list of slides before, by slide.
/// </summary>
internal sealed class PptReader : IDocumentReader
{
    private const int Document = 1000, Slide = 1006, SlideNotes = 1008, MainMaster = 1016, SlideListWithText = 4080;
    private const int SlidePersist = 1011, TextHeader = 3999, TextChars = 4000, TextBytes = 4008, CString = 4026, CryptSession = 12052;
    private const uint EncryptedToken = 0xF3D1C4DF;
    private const int MaxDepth = 64;

    public bool CanRead(DetectedType type) => type == FileTypes.Ppt;

    public void Read(ReaderInput input, DocumentBuilder output)
    {
        var file = CompoundFile.Open(input.Bytes);
        if (file.Stream(file.Root, "Current User") is { Length: >= 20 } user && BinaryPrimitives.ReadUInt32LittleEndian(user.AsSpan(12)) == EncryptedToken)
            throw new ExtractionException(ExtractionCodes.Encrypted, ExtractionReasons.Encrypted);
        var stream = file.Stream(file.Root, "PowerPoint Document") ?? throw new ExtractionException(ExtractionCodes.Damaged, ExtractionReasons.Damaged);
        if (OfficeRecords.Of(stream, 0, stream.Length).Any(record => record.Type == CryptSession))
            throw new ExtractionException(ExtractionCodes.Encrypted, ExtractionReasons.Encrypted);
        var slides = new List<List<(int Kind, string Text)>>();
        var notes = new List<List<string>>();
        foreach (var record in OfficeRecords.Of(stream, 0, stream.Length))
        {
            if (record.Type == Document)
                ReadList(stream, record, slides);
        }
        var drawn = OfficeRecords.Of(stream, 0, stream.Length).Where(record => record.Type == Slide).Select(record => Texts(stream, record, 0).ToList()).ToList();
        notes.AddRange(OfficeRecords.Of(stream, 0, stream.Length).Where(record => record.Type == SlideNotes).Select(record => Texts(stream, record, 0).Select(item => item.Text).ToList()));
        Write(slides, drawn, notes, output);
    }

    private static void Write(List<List<(int Kind, string Text)>> slides, List<List<(int Kind, string Text)>> drawn, List<List<string>> notes, DocumentBuilder output)
    {
        var pages = Math.Max(Math.Max(slides.Count, drawn.Count), 1);
        // An edited file keeps older copies of its slides; the list says how many there are, and text is said once.
        for (var i = 0; i < pages; i++)
        {
            var said = new HashSet<string>(StringComparer.Ordinal);
            foreach (var (kind, text) in (i < slides.Count ? slides[i] : []).Concat(i < drawn.Count ? drawn[i] : []))
            {
                if (!said.Add(text))
                    continue;
                if (kind is 0 or 6)
                    output.Heading(text, 1, i + 1);
                else
                    output.Lines(text, i + 1);
            }
            output.PageDone(i + 1, pages);
        }
        foreach (var text in notes.SelectMany(note => note).Where(text => text != "*").Distinct(StringComparer.Ordinal))
            output.Lines($"Notes: {text}", pages);
    }

    private static void ReadList(byte[] stream, OfficeRecord document, List<List<(int, string)>> slides)
    {
        foreach (var list in OfficeRecords.Of(stream, document.Start, document.Length).Where(record => record.Type == SlideListWithText && record.Instance == 0))
        {
            var kind = 0;
            foreach (var record in OfficeRecords.Of(stream, list.Start, list.Length))
            {
                if (record.Type == SlidePersist)
                    slides.Add([]);
                else if (record.Type == TextHeader && record.Length >= 4)
                    kind = stream[record.Start];
                else if (slides.Count > 0 && TextOf(stream, record) is { Length: > 0 } text)
                    slides[^1].Add((kind, text));
            }
        }
    }

    private static IEnumerable<(int Kind, string Text)> Texts(byte[] stream, OfficeRecord container, int depth)
    {
        var kind = 1;
        foreach (var record in OfficeRecords.Of(stream, container.Start, container.Length))
        {
            if (record.IsContainer && depth < MaxDepth && record.Type != MainMaster)
            {
                foreach (var inner in Texts(stream, record, depth + 1))
                    yield return inner;
            }
            else if (record.Type == TextHeader && record.Length >= 4)
            {
                kind = stream[record.Start];
            }
            else if (TextOf(stream, record) is { Length: > 0 } text)
            {
                yield return (kind, text);
            }
        }
    }

    private static string? TextOf(byte[] stream, OfficeRecord record) => record.Type switch
    {
        TextChars => Clean(Encoding.Unicode.GetString(stream, record.Start, record.Length & ~1)),
        TextBytes => Clean(Encoding.Latin1.GetString(stream, record.Start, record.Length)),
        // Names of shapes, fonts and schemes are strings of other instances.
        CString when record.Instance == 0 && record.Length > 40 => Clean(Encoding.Unicode.GetString(stream, record.Start, record.Length & ~1)),
        _ => null,
    };

    private static string Clean(string text) => text.Replace('\r', '\n').Replace('\v', '\n').Trim();
}
