using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Convo.Core.Accounts;
using Convo.Data.Embedded;
using Convo.Web.Hosting;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Identity;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Convo.Tests.Fixtures;

/// <summary>A person of the app under test.</summary>
/// <param name="ApiKey">With every scope that the role allows.</param>
internal sealed record TestUser(Guid Id, string Email, string Name, string Password, Role Role, string ApiKey)
{
    public Caller Caller => new(Id, Role);
}

/// <summary>What a test wants different from the shared app.</summary>
internal sealed record ConvoAppOptions
{
    public Dictionary<string, string?> Settings { get; init; } = [];

    /// <summary>Replaces services, such as the clock or the models.</summary>
    public Action<IServiceCollection>? Services { get; init; }

    /// <summary>Without it the app has no administrator and prints a set-up link.</summary>
    public bool WithAdmin { get; init; } = true;
}

/// <summary>
/// The real Convo on a real port, on a database and a Redis prefix of its own:
/// <code>var app = await ConvoApp.SharedAsync();
/// var user = await app.CreateUserAsync();
/// using var client = app.CreateClient(user);</code>
/// Tests that need no settings of their own share one app and keep apart by their users.
/// </summary>
internal sealed class ConvoApp : IAsyncDisposable
{
    private const string AdminPassword = "correct horse battery";
    private static readonly Lazy<Task<ConvoApp>> Shared = new(() => StartAsync());
    private static int _users;

    private readonly Factory _factory;

    private ConvoApp(Factory factory, TestDatabase database, TestRedis redis)
    {
        _factory = factory;
        Database = database;
        Redis = redis;
    }

    public TestDatabase Database { get; }

    public TestRedis Redis { get; }

    public Uri Address => _factory.ClientOptions.BaseAddress;

    /// <summary>Every log line so far.</summary>
    public IReadOnlyCollection<string> Logs => _factory.Lines;

    /// <summary>The first administrator, made by the settings.</summary>
    public TestUser Admin { get; private set; } = null!;

    /// <summary>For fixtures and for what has no route yet; tests of behaviour go through HTTP.</summary>
    public IServiceProvider Services => _factory.Services;

    public static Task<ConvoApp> SharedAsync() => Shared.Value;

    public static async Task<ConvoApp> StartAsync(ConvoAppOptions? options = null)
    {
        options ??= new ConvoAppOptions();
        var database = await TestDatabase.CreateAsync();
        var redis = await TestRedis.CreateAsync();
        var key = "test-administrator-key-" + database.Name.PadLeft(16, '0');
        var settings = new Dictionary<string, string?>
        {
            ["DATABASE_URL"] = database.ConnectionString,
            ["REDIS_URL"] = redis.ConnectionString,
            [ConvoDataOptions.RedisKeyPrefixKey] = redis.Prefix,
            ["Logging:LogLevel:Microsoft.AspNetCore"] = "Warning",
            ["CONVO_QUOTER_PACE_MS"] = "0",
            ["CONVO_DISCOVER_MODELS"] = "false",
            ["CONVO_TITLE_MODEL"] = "off",
            // Everyone comes from the same address here.
            [$"{RateLimitOptions.Section}:{nameof(RateLimitOptions.RequestsPerMinute)}"] = "1000000",
            [$"{RateLimitOptions.Section}:{nameof(RateLimitOptions.AnonymousRequestsPerMinute)}"] = "1000000",
            [$"{RateLimitOptions.Section}:{nameof(RateLimitOptions.SignInsPerAddressPerMinute)}"] = "1000000",
            [FirstAdminOptions.EmailKey] = options.WithAdmin ? "admin@example.org" : null,
            [FirstAdminOptions.PasswordKey] = options.WithAdmin ? AdminPassword : null,
            [FirstAdminOptions.ApiKeyKey] = options.WithAdmin ? key : null,
        };
        foreach (var (name, value) in options.Settings)
        {
            settings[name] = value;
        }

        var factory = new Factory(settings, options.Services);
        factory.UseKestrel(0);
        factory.StartServer();
        var app = new ConvoApp(factory, database, redis);
        if (options.WithAdmin)
        {
            using var client = app.CreateClient(key);
            var me = await client.GetFromJsonAsync<JsonElement>("/api/convo/me");
            app.Admin = new TestUser(me.GetProperty("id").GetGuid(), "admin@example.org", me.GetProperty("name").GetString()!, AdminPassword, Role.Admin, key);
        }

        return app;
    }

    /// <summary>A new person with a password and an API key.</summary>
    public async Task<TestUser> CreateUserAsync(Role role = Role.Member)
    {
        var number = Interlocked.Increment(ref _users).ToString(CultureInfo.InvariantCulture);
        var user = new NewUser($"user{number}@example.org", $"User {number}", role, Password: $"a fine password {number}");
        var created = await Services.GetRequiredService<IUserAdministration>().CreateAsync(Admin.Caller, user, CancellationToken.None);
        var scopes = role is Role.Admin ? ApiScopes.All : ApiScopes.Read | ApiScopes.Chat;
        var key = await CreateKeyAsync(created.User.Id, ApiScopeNames.Names(scopes));
        return new TestUser(created.User.Id, user.Email, user.Name, user.Password!, role, key);
    }

    public async Task<string> CreateKeyAsync(Guid userId, IReadOnlyList<string> scopes, DateTimeOffset? expiresAt = null) =>
        (await Services.GetRequiredService<IApiKeyService>()
            .CreateForAsync(Admin.Caller, userId, new NewApiKey("test", scopes, expiresAt), CancellationToken.None)).Secret;

    /// <summary>A program with the person's API key.</summary>
    public HttpClient CreateClient(TestUser user) => CreateClient(user.ApiKey);

    public HttpClient CreateClient(string apiKey)
    {
        var client = CreateAnonymousClient();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", apiKey);
        return client;
    }

    /// <summary>A browser that nobody has signed in at: keeps cookies, follows no redirect.</summary>
    public HttpClient CreateAnonymousClient() =>
        new(new SocketsHttpHandler { CookieContainer = new CookieContainer(), AllowAutoRedirect = false }) { BaseAddress = Address };

    /// <summary>A browser with the person's session, which sends the antiforgery header with everything.</summary>
    public async Task<HttpClient> SignInBrowserClientAsync(TestUser user)
    {
        var client = CreateAnonymousClient();
        using var response = await client.PostFormAsync("/account/sign-in", ("email", user.Email), ("password", user.Password));
        Assert.Equal("/", response.Headers.Location?.ToString());
        client.DefaultRequestHeaders.Add(ApiGuards.AntiforgeryHeader, await client.AntiforgeryTokenAsync());
        return client;
    }

    public async ValueTask DisposeAsync()
    {
        // Program and factory both stop the host. Program goes first and does it whole; what is left to the factory may be gone by then.
        var stopped = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var lifetime = Services.GetRequiredService<IHostApplicationLifetime>();
        using var registration = lifetime.ApplicationStopped.Register(stopped.SetResult);
        lifetime.StopApplication();
        await stopped.Task;
        try
        {
            await _factory.DisposeAsync();
        }
        catch (Exception e) when (e is ObjectDisposedException || (e as AggregateException)?.InnerExceptions.All(inner => inner is ObjectDisposedException) == true)
        {
        }

        await Database.DisposeAsync();
    }

    /// <summary>At the end of the run.</summary>
    internal static async Task StopSharedAsync()
    {
        if (Shared.IsValueCreated && Shared.Value.IsCompletedSuccessfully)
        {
            await (await Shared.Value).DisposeAsync();
        }
    }

    private sealed class Factory(Dictionary<string, string?> settings, Action<IServiceCollection>? services) : WebApplicationFactory<Program>
    {
        private readonly LineCollector _collector = new();

        public IReadOnlyCollection<string> Lines => _collector.Lines;

        protected override void ConfigureWebHost(IWebHostBuilder builder)
        {
            builder.UseEnvironment("Production");
            foreach (var (name, value) in settings.Where(setting => setting.Value is not null))
            {
                builder.UseSetting(name, value);
            }

            builder.ConfigureLogging(logging => logging.ClearProviders().AddProvider(_collector));
            builder.ConfigureTestServices(collection =>
            {
                // Slow hashing protects stolen hashes; there are none to steal here.
                collection.Configure<PasswordHasherOptions>(options => options.IterationCount = 1000);
                services?.Invoke(collection);
            });
        }
    }

    private sealed class LineCollector : ILoggerProvider
    {
        public ConcurrentQueue<string> Lines { get; } = new();

        public ILogger CreateLogger(string categoryName) => new Collector(categoryName, Lines);

        public void Dispose()
        {
        }

        private sealed class Collector(string category, ConcurrentQueue<string> lines) : ILogger
        {
            public IDisposable? BeginScope<TState>(TState state) where TState : notnull => null;

            public bool IsEnabled(LogLevel logLevel) => true;

            public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) =>
                lines.Enqueue($"{logLevel} {category}: {formatter(state, exception)} {exception}");
        }
    }
}
