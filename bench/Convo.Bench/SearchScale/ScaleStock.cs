using System.Text;
using Convo.Core.Accounts;
using Convo.Core.Knowledge;
using Convo.Core.Shared;

namespace Convo.Bench.SearchScale;

/// <summary>
/// Files of one owner, ingested by the real pipeline: the first 10,000 passages in a collection of their own, and every hundredth file in
/// another one, which a second person may read.
/// </summary>
internal sealed class ScaleStock(KnowledgeHost host, ZipfCorpus corpus)
{
    public const int ChunksPerFile = 40;
    private const int SmallScope = 10_000;

    private int _files;

    public int Chunks => _files * ChunksPerFile;

    public Guid Small { get; private set; }

    public Guid Hundredth { get; private set; }

    public Caller Reader { get; private set; } = null!;

    private const string AddCollectionSql = "INSERT INTO collections (id, owner_id, name) VALUES (@id, @ownerId, 'bench')";

    private const string AdmitSql = "INSERT INTO collection_members (collection_id, user_id, access) VALUES (@collectionId, @userId, 'read')";

    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        Small = await AddCollectionAsync(cancellationToken);
        Hundredth = await AddCollectionAsync(cancellationToken);
        Reader = await host.AddUserAsync(cancellationToken);
        await host.Db.ExecuteAsync(AdmitSql, new { collectionId = Hundredth, userId = Reader.UserId }, cancellationToken);
    }

    public async Task GrowAsync(int chunks, CancellationToken cancellationToken)
    {
        var (attachments, ingestion) = (host.Get<IAttachmentService>(), host.Get<IIngestionService>());
        var wanted = chunks / ChunksPerFile;
        await Parallel.ForAsync(_files, wanted, new ParallelOptions { MaxDegreeOfParallelism = 4, CancellationToken = cancellationToken }, async (number, token) =>
        {
            var text = string.Join('\f', corpus.File(number, ChunksPerFile));
            var collection = number < SmallScope / ChunksPerFile ? Small : number % 100 == 99 ? Hundredth : (Guid?)null;
            var file = await attachments.UploadAsync(
                host.Owner, new UploadFile($"file {number}.txt", "text/plain", null, collection), new MemoryStream(Encoding.UTF8.GetBytes(text)), token);
            await ingestion.RunAsync(file.Id, token);
        });
        _files = wanted;
    }

    public string Question(int number) => corpus.Question(number, new Random(number).Next(_files), ChunksPerFile);

    /// <summary>One whose passage lies in the small collection.</summary>
    public string SmallQuestion(int number) => corpus.Question(number, new Random(number).Next(Math.Min(_files, SmallScope / ChunksPerFile)), ChunksPerFile);

    private async Task<Guid> AddCollectionAsync(CancellationToken cancellationToken)
    {
        var id = TimeProvider.System.NewId();
        await host.Db.ExecuteAsync(AddCollectionSql, new { id, ownerId = host.Owner.UserId }, cancellationToken);
        return id;
    }
}

/// <summary>One passage a page: its text decides where the chunker cuts.</summary>
internal sealed class PageExtractor : IDocumentExtractor
{
    public async Task<ExtractedDocument> ExtractAsync(ExtractionRequest request, IProgress<ExtractionProgress> progress, CancellationToken ct)
    {
        using var reader = new StreamReader(request.Content);
        var pages = (await reader.ReadToEndAsync(ct)).Split('\f');
        return new ExtractedDocument("text/plain", null, pages.Length, [.. pages.Select((page, i) => new Block(BlockKind.Paragraph, page, i + 1, 0))]);
    }
}

/// <summary>Each page is a passage, so that the stock has the number of passages that was asked for.</summary>
internal sealed class PageChunker : IChunker
{
    public IReadOnlyList<ChunkDraft> Chunk(ExtractedDocument document, CanonicalText text) =>
    [
        .. document.Blocks.Select((block, i) => new ChunkDraft(
            i, block.Text, null, block.Page, block.Page, text.BlockStarts[i], text.BlockStarts[i] + block.Text.Length, block.Text.Length / 5)),
    ];
}
