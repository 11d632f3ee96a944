using Convo.Core.Accounts;
using Convo.Core.Conversations;
using Convo.Core.Knowledge;
using Convo.Core.Models;
using Convo.Core.Shared;
using Convo.Core.Turns;
using Convo.Core.Usage;
using Convo.Data;
using Convo.Data.Conversations;
using Convo.Data.Turns;
using Convo.Tests.Fakes;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace Convo.Tests.Fixtures;

/// <summary>
/// The turn engine of one node on a real database and Redis. Only the provider is scripted (<see cref="Model"/>); budgets admit everything
/// and record what they are told. A second node of the same installation is made by <see cref="AddNodeAsync"/>.
/// </summary>
internal sealed class TurnEngine : IAsyncDisposable
{
    private readonly ServiceProvider _services;
    private readonly TestDatabase? _ownedDatabase;

    private TurnEngine(ServiceProvider services, TestDatabase database, TestRedis redis, ScriptedModel model, OpenGate gate, Caller owner, bool owns)
    {
        _services = services;
        Database = database;
        Redis = redis;
        Model = model;
        Budget = gate;
        Owner = owner;
        _ownedDatabase = owns ? database : null;
    }

    public TestDatabase Database { get; }
    public TestRedis Redis { get; }
    public ScriptedModel Model { get; }
    public OpenGate Budget { get; }
    public Caller Owner { get; }

    public ITurnService Turns => _services.GetRequiredService<ITurnService>();
    public ITurnReader Reader => _services.GetRequiredService<ITurnReader>();
    public IConversationService Conversations => _services.GetRequiredService<IConversationService>();
    public TurnReaper Reaper => _services.GetRequiredService<TurnReaper>();
    public ITurnStore Store => _services.GetRequiredService<ITurnStore>();
    public ITurnLog Log => _services.GetRequiredService<ITurnLog>();

    public static async Task<TurnEngine> StartAsync(Action<TurnOptions>? configure = null)
    {
        var database = await TestDatabase.CreateAsync();
        var redis = await TestRedis.CreateAsync();
        var owner = new Caller(TimeProvider.System.NewId(), Role.Member);
        await AddUserAsync(database, owner.UserId);
        return await StartAsync(database, redis, owner, owns: true, configure);
    }

    /// <summary>Another node on the same database and Redis. Dispose it before this one.</summary>
    public Task<TurnEngine> AddNodeAsync(Action<TurnOptions>? configure = null) => StartAsync(Database, Redis, Owner, owns: false, configure);

    public async Task<Caller> AddOtherUserAsync()
    {
        var other = new Caller(TimeProvider.System.NewId(), Role.Member);
        await AddUserAsync(Database, other.UserId);
        return other;
    }

    public Task<AcceptedTurn> SubmitAsync(string content, Guid? threadId = null, string? key = null) =>
        Turns.SubmitAsync(Owner, new SubmitMessage(threadId, content, IdempotencyKey: key), TestContext.Current.CancellationToken);

    public async Task<List<TurnEvent>> ReadAllAsync(Guid answerId, long after = 0)
    {
        List<TurnEvent> events = [];
        await foreach (var entry in Reader.ReadAsync(Owner, answerId, after, TestContext.Current.CancellationToken))
        {
            events.Add(entry);
        }

        return events;
    }

    public Task<Message> MessageAsync(Guid id) => Conversations.GetMessageAsync(Owner, id, TestContext.Current.CancellationToken);

    /// <summary>Ends the node the hard way for its turns: nothing is settled, the leases run out.</summary>
    public async ValueTask DisposeAsync()
    {
        Model.Release();
        foreach (var hosted in _services.GetServices<IHostedService>().Reverse())
        {
            await hosted.StopAsync(CancellationToken.None);
        }

        await _services.DisposeAsync();
        if (_ownedDatabase is not null)
        {
            await _ownedDatabase.DisposeAsync();
        }
    }

    private static async Task<TurnEngine> StartAsync(TestDatabase database, TestRedis redis, Caller owner, bool owns, Action<TurnOptions>? configure)
    {
        var model = new ScriptedModel();
        var gate = new OpenGate();
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(TimeProvider.System);
        services.AddSingleton(database.Db);
        services.AddSingleton(redis.Connection);
        services.AddSingleton(redis.Keys);
        services.AddConvoConversations().AddConvoConversationsData();
        services.AddConvoTurns(new ConfigurationBuilder().Build()).AddConvoTurnsData();
        services.AddSingleton<IModelCatalogue>(model).AddSingleton<IChatClients>(model).AddSingleton<ITokenCounter>(model);
        services.AddSingleton<IRetriever, NothingToRetrieve>().AddSingleton<IQuestionRewriter, AsAsked>().AddSingleton<ICitationBuilder, NoCitations>();
        services.AddSingleton<IBudgetGate>(gate).AddSingleton<IUsageReader>(gate).AddSingleton<IUsageRecorder>(gate);
        services.AddSingleton<IMessagePictures, NoPictures>();
        services.Configure<TurnOptions>(options => configure?.Invoke(options));
        var provider = services.BuildServiceProvider();
        foreach (var hosted in provider.GetServices<IHostedService>())
        {
            await hosted.StartAsync(TestContext.Current.CancellationToken);
        }

        return new TurnEngine(provider, database, redis, model, gate, owner, owns);
    }

    private const string AddUserSql =
        """
        INSERT INTO users (id, email, normalized_email, name, role, security_stamp)
        VALUES (@id, @email, upper(@email), 'Member', 'member', 'stamp')
        """;

    private static Task AddUserAsync(TestDatabase database, Guid id) =>
        database.Db.ExecuteAsync(AddUserSql, new { id, email = $"{id:N}@example.org" }, TestContext.Current.CancellationToken);
}
