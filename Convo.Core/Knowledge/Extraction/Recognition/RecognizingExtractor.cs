using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Convo.Core.Knowledge;

/// <summary>
/// Reads a file, and where pages of a PDF hold no text, recognises it in pictures of them: <c>pdftoppm</c> draws, <c>tesseract</c> reads.
/// Both are programs for hostile input as much as the readers are, so they run below a second child, with its limits: no network, no
/// written file, bounded time and memory. The child that parses may start no program at all, hence the two.
/// </summary>
internal sealed partial class RecognizingExtractor(
    ChildProcessExtractor child, IOptions<ExtractionOptions> options, TimeProvider time, ILogger<RecognizingExtractor> logger) : IDocumentExtractor
{
    public async Task<ExtractedDocument> ExtractAsync(
        ExtractionRequest request, IProgress<ExtractionProgress> progress, CancellationToken ct)
    {
        ExtractedDocument document;
        var (position, started) = (request.Content.CanSeek ? request.Content.Position : 0, time.GetTimestamp());
        try
        {
            document = await child.ExtractAsync(request, progress, ct).ConfigureAwait(false);
        }
        catch (ExtractionException failure) when (failure.TextlessPages.Count > 0 && CanRecognize(request))
        {
            var pages = failure.TextlessPages;
            var empty = new ExtractedDocument(FileTypes.Pdf.MediaType, null, pages[^1], []) { TextlessPages = pages };
            var (found, why) = await RecognizeAsync(request, empty, position, started, progress, ct).ConfigureAwait(false);
            if (found.Count > 0)
                return Merge(empty, found, why?.Reason);
            throw why ?? new ExtractionException(failure.Code, failure.Code == ExtractionCodes.NoText ? ExtractionReasons.NoTextRecognized : failure.Reason, failure);
        }
        if (document.TextlessPages.Count == 0 || !CanRecognize(request))
            return document;
        var (blocks, cut) = await RecognizeAsync(request, document, position, started, progress, ct).ConfigureAwait(false);
        return Merge(document, blocks, cut?.Reason);
    }

    private bool CanRecognize(ExtractionRequest request) =>
        options.Value.Ocr && (request.Reopen is not null || request.Content.CanSeek) && OcrPrograms.Tesseract is not null && OcrPrograms.Renderer is not null;

    /// <returns>What was recognised, and what kept the rest from being so: the time of a file is one for reading and recognition.</returns>
    private async Task<(IReadOnlyList<Block> Blocks, ExtractionException? Cut)> RecognizeAsync(
        ExtractionRequest request, ExtractedDocument document, long position, long started, IProgress<ExtractionProgress> progress, CancellationToken ct)
    {
        var limits = options.Value;
        var left = limits.Timeout + limits.OcrTimeout - time.GetElapsedTime(started);
        if (left <= TimeSpan.Zero)
            return ([], new ExtractionException(ExtractionCodes.Timeout, ExtractionReasons.NoTimeForPictures));
        var pages = document.TextlessPages.Take(limits.MaxOcrPages).ToList();
        var answer = new ChildAnswer(limits, progress);
        var content = await OpenAsync(request, position, ct).ConfigureAwait(false);
        try
        {
            var job = new RecognitionJob(OcrPrograms.Renderer!, OcrPrograms.Tesseract!, limits.OcrLanguages, pages);
            var bounds = ReaderLimits.From(limits) with { MaxCpuSeconds = (int)Math.Ceiling(left.TotalSeconds) + 5 };
            await child.RunAsync(new ChildJob(request.FileName, ChildProcessExtractor.LengthOf(content), bounds, job), content, left, answer, ct).ConfigureAwait(false);
        }
        catch (ExtractionException failure)
        {
            // What the file holds as text is worth having, whatever became of its pictures.
            LogNotRecognized(failure.Code, answer.Blocks.Count);
            if (failure.Code != ExtractionCodes.NoText)
                return (answer.Blocks, failure.Code == ExtractionCodes.Timeout ? new ExtractionException(failure.Code, ExtractionReasons.NoTimeForPictures, failure) : failure);
        }
        finally
        {
            if (request.Reopen is not null)
                await content.DisposeAsync().ConfigureAwait(false);
        }
        return (answer.Blocks, pages.Count < document.TextlessPages.Count ? new ExtractionException(ExtractionCodes.TooManyPages, $"Only {pages.Count:N0} pages were recognised.") : null);
    }

    private static async Task<Stream> OpenAsync(ExtractionRequest request, long start, CancellationToken ct)
    {
        if (request.Reopen is { } reopen)
            return await reopen(ct).ConfigureAwait(false);
        request.Content.Position = start;
        return request.Content;
    }

    private static ExtractedDocument Merge(ExtractedDocument document, IReadOnlyList<Block> recognized, string? reason)
    {
        var blocks = document.Blocks.Concat(recognized).OrderBy(block => block.Page).ToList();
        if (reason is not null)
            blocks.Add(new Block(BlockKind.Paragraph, $"Some pages of this file are pictures whose text is missing here. {reason}", blocks[^1].Page, 0));
        return document with { Blocks = blocks, Pages = Math.Max(document.Pages, blocks[^1].Page) };
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "Text recognition ended with {Code} after {Blocks} blocks")]
    private partial void LogNotRecognized(string code, int blocks);
}
