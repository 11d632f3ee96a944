using Convo.Core.Shared;
using Convo.Data.Connections;
using Convo.Data.Embedded;
using Convo.Tests.Fakes;
using Convo.Tests.Fixtures;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;
using StackExchange.Redis;
using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;

namespace Convo.Tests.Faults;

/// <summary>The tests that break the cluster; one at a time, on one cluster that is started once.</summary>
[CollectionDefinition(Name)]
public sealed class FaultsCollection
{
    public const string Name = "faults";
}

/// <summary>
/// Two nodes of Convo in processes of their own, on one PostgreSQL and one Redis, with a proxy before each whose line can be made bad, and
/// a scripted provider. Every test ends with <see cref="CheckAsync"/>.
/// </summary>
internal sealed class FaultCluster : IAsyncDisposable
{
    public const string AdminEmail = "admin@example.org";
    public const string AdminPassword = "correct horse battery";
    /// <summary>Short, so that tests wait for it only briefly; CONVO_FAULT_LEASE has the seconds of another one.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(int.Parse(Environment.GetEnvironmentVariable("CONVO_FAULT_LEASE") ?? "4", CultureInfo.InvariantCulture));
    private const string ApiKey = "faults-administrator-key-0123456789abcdef";
    private static readonly Lazy<Task<FaultCluster>> Started = new(StartAsync);
    private readonly ConcurrentQueue<SentMessage> _sent = new();
    private readonly ConcurrentQueue<AnswerClient> _clients = new();
    private readonly string _folder;
    private readonly EmbeddedGarnet _garnet;

    private FaultCluster(string folder, TestDatabase database, EmbeddedGarnet garnet, TcpProxy postgres, TcpProxy redis, ProviderStub provider, ScriptedAnswers answers)
    {
        (_folder, Database, _garnet, Postgres, Redis, Provider, Answers) = (folder, database, garnet, postgres, redis, provider, answers);
    }

    public TestDatabase Database { get; }
    public TcpProxy Postgres { get; }
    public TcpProxy Redis { get; }
    public ProviderStub Provider { get; }

    /// <summary>What the provider says to which question.</summary>
    public ScriptedAnswers Answers { get; }

    public IReadOnlyList<ConvoNode> Nodes { get; private set; } = [];

    public IReadOnlyList<HttpClient> Clients => [.. Nodes.Select(node => node.Client)];

    public static Task<FaultCluster> GetAsync() => Started.Value;

    public static string NewId() => TimeProvider.System.NewId().ToString("N");

    /// <summary>Redis itself, beside the proxy.</summary>
    public Task<ConnectionMultiplexer> ConnectRedisAsync() => ConnectionMultiplexer.ConnectAsync(RedisUrl.Options(_garnet.ConnectionString + ",allowAdmin=true"));

    /// <summary>Sends a message in a thread of its own; what comes of it is part of the final check.</summary>
    /// <returns>The answer's client, or the failure.</returns>
    public async Task<(AnswerClient? Answer, HttpStatusCode Status, JsonElement Body)> SendAsync(
        ConvoNode node, string content, CancellationToken cancellationToken, string? key = null, Guid? threadId = null, object? body = null)
    {
        var message = new SentMessage(key ?? NewId(), content);
        _sent.Enqueue(message);
        threadId ??= (await PostAsync(node, "/api/convo/threads", new { }, null, cancellationToken)).Body.GetProperty("id").GetGuid();
        var (status, reply) = await PostAsync(node, $"/api/convo/threads/{threadId}/messages", body ?? new { content }, message.Key, cancellationToken);
        if (status != HttpStatusCode.Accepted)
        {
            return (null, status, reply);
        }

        message.Accepted = true;
        return (Watch(reply.GetProperty("message").GetProperty("id").GetGuid()), status, reply);
    }

    /// <summary>Another client of an answer, whose text the final check compares.</summary>
    public AnswerClient Watch(Guid messageId)
    {
        var client = new AnswerClient(messageId);
        _clients.Enqueue(client);
        return client;
    }

    public static async Task<(HttpStatusCode Status, JsonElement Body)> PostAsync(
        ConvoNode node, string path, object? body, string? key, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = body is null ? null : JsonContent.Create(body) };
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        using var response = await node.Client.SendAsync(request, cancellationToken);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        return (response.StatusCode, text.Length == 0 ? default : JsonDocument.Parse(text).RootElement);
    }

    public static async Task<JsonElement> MessageAsync(ConvoNode node, Guid messageId, CancellationToken cancellationToken) =>
        await node.Client.GetFromJsonAsync<JsonElement>($"/api/convo/messages/{messageId}", cancellationToken);

    /// <summary>Asserts the invariants over everything that was sent and read since the last check.</summary>
    public Task CheckAsync(string what) => Invariants.AssertAsync(this, [.. _sent], [.. _clients], what);

    /// <summary>What the nodes wrote last.</summary>
    public string Tail() => string.Join('\n', Nodes.Select(node => $"--- {node.Name}\n{string.Join('\n', node.Lines.TakeLast(60))}"));

    /// <summary>Every line good again, every node running.</summary>
    public async Task HealAsync()
    {
        Postgres.Set(ProxyMode.Pass);
        Redis.Set(ProxyMode.Pass);
        Answers.FinishAll();
        await Task.WhenAll(Nodes.Where(node => !node.IsRunning).Select(node => node.StartAsync()));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in Nodes)
        {
            await node.DisposeAsync();
        }

        await Provider.DisposeAsync();
        await Postgres.DisposeAsync();
        await Redis.DisposeAsync();
        await _garnet.DisposeAsync();
        await Database.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    private static async Task<FaultCluster> StartAsync()
    {
        var folder = Directory.CreateTempSubdirectory("convo-faults-").FullName;
        var database = await TestDatabase.CreateAsync();
        var garnet = await EmbeddedGarnet.StartAsync(Path.Combine(folder, "garnet"), EmbeddedSecrets.Create(), NullLogger<EmbeddedGarnet>.Instance, CancellationToken.None);
        var provider = await ProviderStub.StartAsync();
        var answers = new ScriptedAnswers();
        provider.Respond = answers.ReplyTo;
        var direct = new NpgsqlConnectionStringBuilder(database.ConnectionString);
        var postgres = TcpProxy.To(direct.Port);
        var redis = TcpProxy.To(garnet.Port);
        var cluster = new FaultCluster(folder, database, garnet, postgres, redis, provider, answers);
        direct.Port = postgres.Port;
        direct.MaxPoolSize = 40;
        var settings = new Dictionary<string, string>
        {
            ["DATABASE_URL"] = direct.ConnectionString,
            ["REDIS_URL"] = garnet.ConnectionString.Replace(Text(garnet.Port), Text(redis.Port), StringComparison.Ordinal),
            ["CONVO_DATA_DIR"] = Path.Combine(folder, "data"),
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["OPENAI_API_KEY"] = "stub",
            ["OPENAI_BASE_URL"] = provider.BaseUrl.ToString(),
            // The second one may write long answers.
            ["OPENAI_MODELS"] = "stub-model,o3-stub",
            ["CONVO_MAX_ANSWER_CHARACTERS"] = "2000000",
            ["CONVO_DISCOVER_MODELS"] = "false",
            ["CONVO_ADMIN_EMAIL"] = AdminEmail,
            ["CONVO_ADMIN_PASSWORD"] = AdminPassword,
            ["CONVO_ADMIN_API_KEY"] = ApiKey,
            ["CONVO_TRUSTED_PROXIES"] = "127.0.0.1",
            ["DAILY_TOKEN_BUDGET"] = "100000000",
            ["Convo__RateLimits__RequestsPerMinute"] = "1000000",
            ["Convo__RateLimits__AnonymousRequestsPerMinute"] = "1000000",
            // Fast enough for a test, in the proportions of the defaults.
            ["Convo__Turns__LeaseDuration"] = Lease.ToString(),
            ["Convo__Turns__CheckpointInterval"] = "00:00:00.500",
            ["Convo__Turns__ReapInterval"] = "00:00:00.500",
            ["Convo__Turns__DrainTimeout"] = "00:00:03",
            ["Convo__ReconcileEvery"] = "00:00:01",
        };
        cluster.Nodes = await Task.WhenAll(Enumerable.Range(1, 2).Select(number => ConvoNode.StartAsync($"node {Text(number)}", ApiKey, settings)));
        return cluster;
    }

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);

    /// <summary>At the end of the run, if any test started it.</summary>
    internal static async Task StopSharedAsync()
    {
        if (Started.IsValueCreated && Started.Value.IsCompletedSuccessfully)
        {
            await (await Started.Value).DisposeAsync();
        }
    }
}

/// <summary>A message as its sender knows it. What is not accepted may still have been stored, once.</summary>
internal sealed record SentMessage(string Key, string Content)
{
    /// <summary>How long a reservation lives that nobody gives back; the default of Convo:HoldLifetime.</summary>
    private static readonly TimeSpan HoldLifetime = TimeSpan.FromSeconds(95);
    private readonly long _at = Stopwatch.GetTimestamp();

    public bool Doubtful => !Accepted && Stopwatch.GetElapsedTime(_at) < HoldLifetime;

    public bool Accepted { get; set; }
}
