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
/// The knowledge slice on a PostgreSQL of its own, started with the settings that Convo starts its own with, in a folder that is kept for the
/// next run, or in a temporary one that is deleted at the end. Jobs are run by the caller.
/// </summary>
internal sealed class KnowledgeHost : IAsyncDisposable
{
    private readonly string _folder;
    private readonly bool _kept;
    private readonly EmbeddedServices _servers;
    private readonly ServiceProvider _services;

    private KnowledgeHost(string folder, bool kept, EmbeddedServices servers, ServiceProvider services)
    {
        _folder = folder;
        _kept = kept;
        _servers = servers;
        _services = services;
    }

    public Caller Owner { get; private set; } = null!;

    public Db Db => Get<Db>();

    public T Get<T>() where T : notnull => _services.GetRequiredService<T>();

    /// <param name="configure">Comes before Convo's own registrations, which leave alone what is there.</param>
    /// <param name="keptFolder">Null: a temporary one.</param>
    public static async Task<KnowledgeHost> StartAsync(Action<IServiceCollection>? configure, CancellationToken cancellationToken, string? keptFolder = null)
    {
        var folder = keptFolder is null ? Directory.CreateTempSubdirectory("convo-bench-").FullName : Path.GetFullPath(keptFolder);
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
            var host = new KnowledgeHost(folder, keptFolder is not null, servers, services.BuildServiceProvider());
            host.Owner = await host.UserAsync("owner", cancellationToken);
            return host;
        }
        catch
        {
            await servers.DisposeAsync();
            Delete(folder, keptFolder is not null);
            throw;
        }
    }

    private const string AddUserSql =
        """
        INSERT INTO users (id, email, normalized_email, name, role, security_stamp)
        VALUES (@id, @email, upper(@email), 'Bench', 'member', 'stamp')
        ON CONFLICT DO NOTHING
        """;

    private const string UserSql = "SELECT id FROM users WHERE email = @email";

    /// <summary>The person of that name, made when there is none.</summary>
    public async Task<Caller> UserAsync(string name, CancellationToken cancellationToken)
    {
        var email = $"{name}@example.org";
        await Db.ExecuteAsync(AddUserSql, new { id = TimeProvider.System.NewId(), email }, cancellationToken);
        return new Caller(await Db.ScalarAsync<Guid>(UserSql, new { email }, cancellationToken), Role.Member);
    }

    public async ValueTask DisposeAsync()
    {
        await _services.DisposeAsync();
        await _servers.DisposeAsync();
        Delete(_folder, _kept);
    }

    private static void Delete(string folder, bool kept)
    {
        if (!kept)
        {
            Directory.Delete(folder, recursive: true);
        }
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
