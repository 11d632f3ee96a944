using System.Text;

namespace Convo.Core.Knowledge;

/// <summary>Runs in the child: draws pages, recognises their text and sends it page by page.</summary>
internal static class Recognizer
{
    // For a page of A4 some 240 dots per inch; however large a page says it is, its picture is no larger.
    private const string LongestSide = "2800";
    private const int MaxLanguages = 4;

    public static void Run(ReadOnlyMemory<byte> file, RecognitionJob job, ChildSender sender)
    {
        var languages = job.Languages.Length > 0 ? job.Languages : Installed(job.Tesseract);
        var (done, found) = (0, 0);
        foreach (var (first, last) in Ranges(job.Pages))
        {
            using var renderer = OcrProcess.Start(job.Renderer, ["-f", $"{first}", "-l", $"{last}", "-scale-to", LongestSide, "-gray", "-"]);
            renderer.Feed(file);
            for (var page = first; page <= last && GrayImage.Read(renderer.Output) is { } image; page++)
            {
                found += image.IsBlank ? 0 : Send(Recognize(image, job.Tesseract, languages), page, sender);
                sender.Flush();
                sender.Progress(new ExtractionProgress(++done, job.Pages.Count));
            }
        }
        if (found == 0)
            sender.Error(ExtractionCodes.NoText, ExtractionReasons.NoTextRecognized);
        else
            sender.Document(new ExtractedDocument(FileTypes.Pdf.MediaType, null, job.Pages[^1], []));
    }

    /// <summary>Runs of pages that follow each other, so that the file is opened once for many.</summary>
    public static IEnumerable<(int First, int Last)> Ranges(IReadOnlyList<int> pages)
    {
        for (var i = 0; i < pages.Count;)
        {
            var end = i;
            while (end + 1 < pages.Count && pages[end + 1] == pages[end] + 1)
                end++;
            yield return (pages[i], pages[end]);
            i = end + 1;
        }
    }

    private static string Recognize(GrayImage image, string tesseract, string languages)
    {
        using var process = OcrProcess.Start(tesseract, ["stdin", "stdout", "-l", languages]);
        process.Feed(image.File);
        using var reader = new StreamReader(process.Output, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private static int Send(string text, int page, ChildSender sender)
    {
        var count = 0;
        foreach (var part in text.ReplaceLineEndings("\n").Split(["\n\n", "\f"], StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            var lines = part.Split('\n');
            // Long lines are a paragraph's; short ones are an address, a form, a table.
            var clean = lines.Average(line => line.Length) > 45 ? TextCleaner.Flow(PdfLines.Join(lines)) : TextCleaner.Lines(part);
            if (!clean.Any(char.IsLetterOrDigit))
                continue;
            sender.Block(new Block(BlockKind.Paragraph, clean, page, 0));
            count++;
        }
        return count;
    }

    private static string Installed(string tesseract)
    {
        using var process = OcrProcess.Start(tesseract, ["--list-langs"]);
        process.Feed(default);
        using var reader = new StreamReader(process.Output, Encoding.UTF8);
        var languages = reader.ReadToEnd().Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries)
            .Where(name => name.Length is >= 3 and <= 12 && name is not ("osd" or "equ" or "snum") && name.All(c => char.IsAsciiLetterLower(c) || c == '_'))
            .OrderBy(name => name != "eng").ThenBy(name => name, StringComparer.Ordinal).Take(MaxLanguages).ToList();
        return languages.Count > 0 ? string.Join('+', languages) : "eng";
    }
}
