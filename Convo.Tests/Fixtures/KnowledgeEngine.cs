using System.Text;
using Convo.Core.Accounts;
using Convo.Core.Knowledge;
using Convo.Core.Shared;
using Convo.Data.Knowledge;
using Convo.Tests.Fakes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Convo.Tests.Fixtures;

/// <summary>
/// The knowledge slice of one node on a real database and Redis. Only the reading of files is faked (<see cref="Extractor"/>), and jobs are
/// run by hand: <c>await engine.RunAllAsync()</c>. Another node on the same database is made by <see cref="AddNodeAsync"/>.
/// </summary>
internal sealed class KnowledgeEngine : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly bool _owns;

    private KnowledgeEngine(ServiceProvider services, TestDatabase database, TestRedis redis, bool owns)
    {
        _services = services;
        _owns = owns;
        Database = database;
        Redis = redis;
    }

    public TestDatabase Database { get; }

    public TestRedis Redis { get; }

    public Caller Owner { get; private set; } = null!;

    public PlainTextExtractor Extractor => (PlainTextExtractor)Get<IDocumentExtractor>();

    public QueueList Queue => (QueueList)Get<IIngestionQueue>();

    public IAttachmentService Attachments => Get<IAttachmentService>();

    public IIngestionService Ingestion => Get<IIngestionService>();

    public ISearchService Search => Get<ISearchService>();

    public IRetriever Retriever => Get<IRetriever>();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public static async Task<KnowledgeEngine> StartAsync(Action<IServiceCollection>? configure = null)
    {
        var engine = Create(await TestDatabase.CreateAsync(), await TestRedis.CreateAsync(), owns: true, configure);
        engine.Owner = await engine.AddUserAsync();
        return engine;
    }

    public KnowledgeEngine AddNode(Action<IServiceCollection>? configure = null)
    {
        var node = Create(Database, Redis, owns: false, configure);
        node.Owner = Owner;
        return node;
    }

    public T Get<T>() where T : notnull => _services.GetRequiredService<T>();

    private const string AddUserSql =
        """
        INSERT INTO users (id, email, normalized_email, name, role, security_stamp, team_id)
        VALUES (@id, @email, upper(@email), 'Member', 'member', 'stamp', @teamId)
        """;

    public async Task<Caller> AddUserAsync(Guid? teamId = null)
    {
        var id = TimeProvider.System.NewId();
        await Database.Db.ExecuteAsync(AddUserSql, new { id, email = $"{id:N}@example.org", teamId }, Token);
        return new Caller(id, Role.Member, teamId);
    }

    private const string AddThreadSql = "INSERT INTO conversation_threads (id, owner_id) VALUES (@id, @ownerId)";

    public async Task<Guid> AddThreadAsync(Caller? owner = null)
    {
        var id = TimeProvider.System.NewId();
        await Database.Db.ExecuteAsync(AddThreadSql, new { id, ownerId = (owner ?? Owner).UserId }, Token);
        return id;
    }

    private const string AddCollectionSql = "INSERT INTO collections (id, owner_id, name) VALUES (@id, @ownerId, 'shared')";

    public async Task<Guid> AddCollectionAsync(Caller? owner = null)
    {
        var id = TimeProvider.System.NewId();
        await Database.Db.ExecuteAsync(AddCollectionSql, new { id, ownerId = (owner ?? Owner).UserId }, Token);
        return id;
    }

    public Task<Attachment> UploadAsync(string text, string name = "notes.txt", Caller? owner = null, Guid? threadId = null, Guid? collectionId = null) =>
        Attachments.UploadAsync(
            owner ?? Owner, new UploadFile(name, "text/plain", threadId, collectionId), new MemoryStream(Encoding.UTF8.GetBytes(text)), Token);

    /// <summary>Uploads and makes searchable.</summary>
    public async Task<Attachment> IndexAsync(string text, string name = "notes.txt", Caller? owner = null, Guid? threadId = null, Guid? collectionId = null)
    {
        var attachment = await UploadAsync(text, name, owner, threadId, collectionId);
        await Ingestion.RunAsync(attachment.Id, Token);
        return await Attachments.GetAsync(owner ?? Owner, attachment.Id, Token);
    }

    public async Task RunAllAsync()
    {
        while (await Ingestion.RunAsync(null, Token))
        {
        }
    }

    public async Task<IReadOnlyList<Passage>> FindAsync(string text, SearchMode mode = SearchMode.Hybrid, Caller? caller = null, RetrievalScope? scope = null) =>
        await Search.SearchAsync(caller ?? Owner, new SearchRequest(text, scope ?? RetrievalScope.Everything, mode), Token);

    public Task<long> CountAsync(string sql, object? parameters = null) => Database.Db.ScalarAsync<long>(sql, parameters, Token);

    public Task ExecuteAsync(string sql, object? parameters = null) => Database.Db.ExecuteAsync(sql, parameters, Token);

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        if (_owns)
        {
            await Database.DisposeAsync();
        }
    }

    private static KnowledgeEngine Create(TestDatabase database, TestRedis redis, bool owns, Action<IServiceCollection>? configure)
    {
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton<IConfiguration>(new ConfigurationBuilder().Build());
        services.AddSingleton(database.Db).AddSingleton<NpgsqlDataSource>(database.DataSource);
        services.AddSingleton(redis.Connection).AddSingleton(redis.Keys);
        services.AddSingleton<IDocumentExtractor, PlainTextExtractor>();
        services.AddSingleton<IIngestionQueue, QueueList>();
        services.AddSingleton<IEmbeddingMeter, EmbeddingUses>();
        services.Configure<Convo.Core.Accounts.OrganisationOptions>(organisation => organisation.AdminsReadThreads = true);
        configure?.Invoke(services);
        services.AddConvoKnowledge(new ConfigurationBuilder().Build());
        services.AddConvoKnowledgeData();
        return new KnowledgeEngine(services.BuildServiceProvider(), database, redis, owns);
    }
}
