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
        var blocks = new List<PdfBlock>();
        var failed = 0;
        for (var number = 1; number <= document.NumberOfPages; number++)
        {
            if (!TryReadPage(document, number, blocks))
                failed++;
            output.PageDone(number, document.NumberOfPages);
        }
        PdfStructure.Write(blocks, output);
        if (output.Blocks.Count == 0 && failed > 0)
            throw new ExtractionException(ExtractionCodes.Damaged, ExtractionReasons.Damaged);
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

    private static bool TryReadPage(PdfDocument document, int number, List<PdfBlock> blocks)
    {
        try
        {
            Page page = document.GetPage(number);
            blocks.AddRange(PdfLayout.BlocksOf(page));
            return true;
        }
#pragma warning disable CA1031 // One broken page must not cost the others; which exception it is depends on the damage.
        catch (Exception failure) when (failure is not OutOfMemoryException)
#pragma warning restore CA1031
        {
            Console.Error.WriteLine($"page {number}: {failure.GetType().Name}: {failure.Message}");
            return false;
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
