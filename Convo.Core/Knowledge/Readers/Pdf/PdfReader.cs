using UglyToad.PdfPig;
using UglyToad.PdfPig.Content;
using UglyToad.PdfPig.Exceptions;

namespace Convo.Core.Knowledge;

/// <summary>
/// PDF: letters are grouped into words, lines and blocks by where they stand, blocks are put into reading order, and what is set
/// larger or bolder than the body becomes a heading.
/// </summary>
internal sealed class PdfReader : IDocumentReader
{
    private static readonly ParsingOptions Options = new() { UseLenientParsing = true, SkipMissingFonts = true, ClipPaths = false };

    public bool CanRead(DetectedType type) => type == FileTypes.Pdf;

    public void Read(ReaderInput input, DocumentBuilder output)
    {
        using var document = Open(input.Bytes);
        output.CheckPages(document.NumberOfPages);
        output.Title = TitleOf(document);
        var fields = Attempt(0, () => PdfForms.FieldsByPage(document));
        var blocks = new List<PdfBlock>();
        var (failed, last) = (0, document.NumberOfPages);
        for (var number = 1; number <= last; number++)
        {
            var page = Attempt(number, () => ReadPage(document, number, fields?[number] ?? []));
            blocks.AddRange(page ?? []);
            failed += page is null ? 1 : 0;
            if (page is null or { Count: 0 })
                output.TextlessPage(number);
            output.PageDone(number, document.NumberOfPages);
            last = output.IsLate ? number : last;
        }
        PdfStructure.Write(blocks, Attempt(0, () => PdfOutline.Load(document)) ?? PdfOutline.Empty, output);
        WriteAttachments(document, output);
        if (last < document.NumberOfPages)
            output.Paragraph($"Reading this file took too long: only its first {last:N0} of {document.NumberOfPages:N0} pages are here. Split it and upload the parts.", last);
        if (output.Blocks.Count == 0 && failed > 0)
            throw new ExtractionException(ExtractionCodes.Damaged, ExtractionReasons.Damaged) { TextlessPages = [.. Enumerable.Range(1, document.NumberOfPages)] };
    }

    private static PdfDocument Open(ReadOnlyMemory<byte> bytes)
    {
        try
        {
            // Files that only an owner's password protects open with the empty one, as in every viewer.
            return PdfDocument.Open(bytes, Options);
        }
        catch (PdfDocumentEncryptedException failure)
        {
            throw new ExtractionException(ExtractionCodes.Encrypted, ExtractionReasons.Encrypted, failure);
        }
    }

    private static void WriteAttachments(PdfDocument document, DocumentBuilder output)
    {
        var files = Attempt(0, () => document.Advanced.TryGetEmbeddedFiles(out var embedded) ? embedded : []) ?? [];
        foreach (var file in files.OrderBy(file => file.Name, StringComparer.Ordinal))
            output.Nested?.Read(file.Name, file.Memory, document.NumberOfPages);
    }

    private static List<PdfBlock> ReadPage(PdfDocument document, int number, IEnumerable<string> fields)
    {
        Page page = document.GetPage(number);
        var blocks = PdfLayout.BlocksOf(page);
        foreach (var text in Attempt(number, () => PdfForms.Notes(page).ToList()) ?? [])
            blocks.Add(PdfBlock.OfText(number, text));
        foreach (var text in fields)
            blocks.Add(PdfBlock.OfText(number, text));
        return blocks;
    }

    /// <summary>What <paramref name="read"/> gives, or null when it fails: one broken page or form must not cost the others.</summary>
    private static T? Attempt<T>(int page, Func<T> read)
        where T : class
    {
        try
        {
            return read();
        }
#pragma warning disable CA1031 // Which exception it is depends on the damage.
        catch (Exception failure) when (failure is not OutOfMemoryException)
#pragma warning restore CA1031
        {
            Console.Error.WriteLine($"page {page}: {failure.GetType().Name}: {failure.Message}");
            return null;
        }
    }

    private static string? TitleOf(PdfDocument document)
    {
        var title = document.Information.Title?.Trim();
        // Word's printer driver writes its window caption.
        if (title is null || title.StartsWith("Microsoft Word - ", StringComparison.Ordinal)
            || title.Equals("untitled", StringComparison.OrdinalIgnoreCase))
        {
            return null;
        }
        return title;
    }
}
