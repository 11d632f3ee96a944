using Convo.Core.Accounts;
using Convo.Core.Knowledge;
using Convo.Core.Shared;

namespace Convo.Bench.SearchScale;

/// <summary>
/// Files of one owner: the first 10,000 passages in a collection of their own, and every hundredth file in another one, which a second
/// person may read. What a kept database holds already is not made again.
/// </summary>
internal sealed class ScaleStock(KnowledgeHost host, ScaleCorpus corpus)
{
    public const int ChunksPerFile = 40;
    private const int SmallScope = 10_000;

    private int _files;

    public int Chunks => _files * ChunksPerFile;

    public Guid Small { get; private set; }

    public Guid Hundredth { get; private set; }

    public Caller Reader { get; private set; } = null!;

    private const string FilesSql = "SELECT count(*)::integer FROM attachments";

    private const string AdmitSql =
        "INSERT INTO collection_members (collection_id, user_id, access) VALUES (@collectionId, @userId, 'read') ON CONFLICT DO NOTHING";

    public async Task PrepareAsync(CancellationToken cancellationToken)
    {
        // Names the model as the one in use, as the first ingestion does.
        await host.Get<IEmbedders>().ForIngestionAsync(cancellationToken);
        Small = await CollectionAsync("first passages", cancellationToken);
        Hundredth = await CollectionAsync("every hundredth file", cancellationToken);
        Reader = await host.UserAsync("reader", cancellationToken);
        await host.Db.ExecuteAsync(AdmitSql, new { collectionId = Hundredth, userId = Reader.UserId }, cancellationToken);
        _files = await host.Db.ScalarAsync<int>(FilesSql, null, cancellationToken);
    }

    /// <exception cref="ArgumentException">There is more already, or there are not so many passages.</exception>
    public async Task GrowAsync(int chunks, CancellationToken cancellationToken)
    {
        var wanted = Math.Min(chunks, corpus.Passages) / ChunksPerFile;
        if (wanted < _files)
        {
            throw new ArgumentException($"The database holds {Chunks} passages already: --chunks must be at least that.");
        }

        if (wanted > _files)
        {
            await new BulkFill(host, corpus).RunAsync(Enumerable.Range(0, wanted), CollectionOf, cancellationToken);
            _files = wanted;
        }
    }

    public string Question(int number) => corpus.Question(number, new Random(number).Next(_files), ChunksPerFile);

    /// <summary>One whose passage lies in the small collection.</summary>
    public string SmallQuestion(int number) => corpus.Question(number, new Random(number).Next(Math.Min(_files, SmallScope / ChunksPerFile)), ChunksPerFile);

    private Guid? CollectionOf(int file) => file < SmallScope / ChunksPerFile ? Small : file % 100 == 99 ? Hundredth : null;

    private const string CollectionSql = "SELECT id FROM collections WHERE name = @name";

    private const string AddCollectionSql = "INSERT INTO collections (id, owner_id, name) VALUES (@id, @ownerId, @name)";

    private async Task<Guid> CollectionAsync(string name, CancellationToken cancellationToken)
    {
        if (await host.Db.ScalarAsync<Guid?>(CollectionSql, new { name }, cancellationToken) is { } there)
        {
            return there;
        }

        var id = TimeProvider.System.NewId();
        await host.Db.ExecuteAsync(AddCollectionSql, new { id, ownerId = host.Owner.UserId, name }, cancellationToken);
        return id;
    }
}
