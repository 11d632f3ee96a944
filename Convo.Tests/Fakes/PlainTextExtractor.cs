using Convo.Core.Knowledge;

namespace Convo.Tests.Fakes;

/// <summary>
/// Reads UTF-8 text: a form feed ends a page, a blank line a paragraph, a line beginning with # is a heading. <see cref="Before"/> runs first
/// and may wait or throw.
/// </summary>
internal sealed class PlainTextExtractor : IDocumentExtractor
{
    private int _calls;

    public int Calls => _calls;

    public Func<string, CancellationToken, Task> Before { get; set; } = (_, _) => Task.CompletedTask;

    public async Task<ExtractedDocument> ExtractAsync(ExtractionRequest request, IProgress<ExtractionProgress> progress, CancellationToken ct)
    {
        Interlocked.Increment(ref _calls);
        using var reader = new StreamReader(request.Content);
        var text = await reader.ReadToEndAsync(ct);
        await Before(text, ct);
        var pages = text.Split('\f');
        List<Block> blocks = [];
        for (var page = 1; page <= pages.Length; page++)
        {
            progress.Report(new ExtractionProgress(page - 1, pages.Length));
            foreach (var part in pages[page - 1].Split("\n\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
            {
                blocks.Add(part.StartsWith('#') ? new Block(BlockKind.Heading, part.TrimStart('#', ' '), page, 1) : new Block(BlockKind.Paragraph, part, page, 0));
            }
        }

        return new ExtractedDocument("text/plain", null, pages.Length, blocks);
    }
}
