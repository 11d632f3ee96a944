using Convo.Core.Accounts;
using Convo.Core.Knowledge;
using Convo.Core.Shared;
using Convo.Data;
using Convo.Data.Embedded;
using Convo.Data.Knowledge;
using Convo.Data.Migrations;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;

namespace Convo.Bench;

/// <summary>
/// The knowledge slice on a PostgreSQL of its own, started with the settings that Convo starts its own with, in a temporary folder that is
/// deleted at the end. Jobs are run by the caller.
/// </summary>
internal sealed class KnowledgeHost : IAsyncDisposable
{
    private readonly string _folder;
    private readonly EmbeddedServices _servers;
    private readonly ServiceProvider _services;

    private KnowledgeHost(string folder, EmbeddedServices servers, ServiceProvider services)
    {
        _folder = folder;
        _servers = servers;
        _services = services;
    }

    public Caller Owner { get; private set; } = null!;

    public Db Db => Get<Db>();

    public T Get<T>() where T : notnull => _services.GetRequiredService<T>();

    /// <param name="configure">Comes before Convo's own registrations, which leave alone what is there.</param>
    public static async Task<KnowledgeHost> StartAsync(Action<IServiceCollection>? configure, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("convo-bench-").FullName;
        var servers = await EmbeddedServices.StartAsync(new ConvoDataOptions { DataDirectory = folder }, NullLoggerFactory.Instance, cancellationToken);
        try
        {
            await Migrator.RunAsync(servers.DatabaseConnectionString, cancellationToken);
            var configuration = new ConfigurationBuilder().AddEnvironmentVariables().Build();
            var services = new ServiceCollection();
            services.AddLogging();
            services.AddSingleton<IConfiguration>(configuration);
            services.AddSingleton<IIngestionQueue, NoQueue>();
            services.AddSingleton<IEmbeddingMeter, NoMeter>();
            configure?.Invoke(services);
            services.AddConvoData(servers.DatabaseConnectionString, servers.RedisConnectionString, "bench");
            services.AddConvoKnowledge(configuration);
            services.AddConvoKnowledgeData();
            var host = new KnowledgeHost(folder, servers, services.BuildServiceProvider());
            host.Owner = await host.AddUserAsync(cancellationToken);
            return host;
        }
        catch
        {
            await servers.DisposeAsync();
            Directory.Delete(folder, recursive: true);
            throw;
        }
    }

    private const string AddUserSql =
        """
        INSERT INTO users (id, email, normalized_email, name, role, security_stamp)
        VALUES (@id, @email, upper(@email), 'Bench', 'member', 'stamp')
        """;

    public async Task<Caller> AddUserAsync(CancellationToken cancellationToken)
    {
        var id = TimeProvider.System.NewId();
        await Db.ExecuteAsync(AddUserSql, new { id, email = $"{id:N}@example.org" }, cancellationToken);
        return new Caller(id, Role.Member);
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await _servers.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private sealed class NoQueue : IIngestionQueue
    {
        public Task EnqueueAsync(Guid attachmentId, DateTimeOffset? notBefore, CancellationToken cancellationToken) => Task.CompletedTask;
    }

    private sealed class NoMeter : IEmbeddingMeter
    {
        public Task<IReadOnlyList<float[]>> EmbedAsync(
            EmbeddingPayer payer, IEmbedder embedder, IReadOnlyList<string> texts, EmbeddingPurpose purpose, CancellationToken cancellationToken) =>
            embedder.EmbedAsync(texts, purpose, cancellationToken);
    }
}
