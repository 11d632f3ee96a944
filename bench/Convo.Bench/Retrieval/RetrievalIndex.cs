using System.Text;
using Convo.Core.Knowledge;

namespace Convo.Bench.Retrieval;

/// <summary>A collection in Convo's own store: each document is a file named by its title, uploaded and ingested like any other.</summary>
internal sealed class RetrievalIndex(KnowledgeHost host)
{
    private readonly Dictionary<Guid, string> _documents = [];

    /// <summary>Documents that could not be ingested: those without a word.</summary>
    public int Skipped { get; private set; }

    private const string LanguagesSql = "SELECT string_agg(language || ' ' || chunk_count, ', ' ORDER BY chunk_count DESC) FROM search_languages";

    /// <summary>Passages of each language that was detected.</summary>
    public Task<string?> LanguagesAsync(CancellationToken cancellationToken) => host.Db.ScalarAsync<string>(LanguagesSql, null, cancellationToken);

    public string? DocumentOf(Guid attachmentId) => _documents.GetValueOrDefault(attachmentId);

    public async Task FillAsync(IReadOnlyList<BeirDocument> documents, CancellationToken cancellationToken)
    {
        var (attachments, ingestion) = (host.Get<IAttachmentService>(), host.Get<IIngestionService>());
        var gate = new Lock();
        await Parallel.ForEachAsync(documents, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = cancellationToken }, async (document, token) =>
        {
            var text = document.Text.Length > 0 ? document.Text : document.Title;
            if (string.IsNullOrWhiteSpace(text))
            {
                lock (gate) Skipped++;
                return;
            }

            // A slash would be taken for a folder, and what follows a last full stop for the type.
            var title = document.Title.Replace('/', ' ').Replace('\\', ' ').Trim();
            var name = (title.Length > 0 ? title : document.Id) + ".txt";
            var file = await attachments.UploadAsync(
                host.Owner, new UploadFile(name, "text/plain", null, null), new MemoryStream(Encoding.UTF8.GetBytes(text)), token);
            lock (gate) _documents[file.Id] = document.Id;
            await ingestion.RunAsync(file.Id, token);
            // Also one that waits for another try, as on a machine that is too busy: without it the figures would be of another collection.
            if (await attachments.GetAsync(host.Owner, file.Id, token) is { Status: not AttachmentStatus.Ready } left)
            {
                throw new InvalidOperationException($"Document {document.Id} was not ingested: {left.Error?.Detail ?? left.Stage}");
            }
        });
        // New statistics settle before anything is measured, as the maintenance job would have them.
        await host.Get<ISearchMaintenance>().RunAsync(cancellationToken);
    }

    /// <returns>Documents by their best passage, best first.</returns>
    public async Task<IReadOnlyList<string>> SearchAsync(string question, SearchMode mode, int depth, CancellationToken cancellationToken)
    {
        var request = new SearchRequest(question, RetrievalScope.Everything, mode, depth);
        var passages = await host.Get<ISearchService>().SearchAsync(host.Owner, request, cancellationToken);
        return [.. passages.Select(passage => _documents[passage.AttachmentId]).Distinct(StringComparer.Ordinal)];
    }
}

/// <summary>Reads a collection's plain text in this process: what is measured begins behind the reading of files.</summary>
internal sealed class PlainTextExtractor : IDocumentExtractor
{
    public async Task<ExtractedDocument> ExtractAsync(ExtractionRequest request, IProgress<ExtractionProgress> progress, CancellationToken ct)
    {
        using var reader = new StreamReader(request.Content);
        var paragraphs = (await reader.ReadToEndAsync(ct)).Split("\n\n", StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        return new ExtractedDocument("text/plain", null, 1, [.. paragraphs.Select(paragraph => new Block(BlockKind.Paragraph, paragraph, 1, 0))]);
    }
}
