using Convo.Core.Models;
using Convo.Core.Models.Providers;
using Convo.Tests.Fakes;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Convo.Tests.Core.Models;

/// <summary>The models slice as the host builds it, from settings as an environment gives them.</summary>
internal sealed class ModelsHost : IAsyncDisposable
{
    private readonly ServiceProvider _services;

    public ModelsHost(TimeProvider? time = null, ILoggerProvider? logs = null, params (string Name, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(new Dictionary<string, string?> { ["CONVO_DISCOVER_MODELS"] = "false", ["CONVO_QUOTER_PACE_MS"] = "0" })
            .AddInMemoryCollection(settings.GroupBy(s => s.Name).ToDictionary(g => g.Key, g => (string?)g.Last().Value))
            .Build();
        var services = new ServiceCollection().AddSingleton(time ?? TimeProvider.System);
        services.AddLogging(b =>
        {
            b.SetMinimumLevel((logs as Providers.LogCapture)?.Level ?? LogLevel.Debug);
            if (logs is not null)
            {
                b.AddProvider(logs);
            }
        });
        services.AddSingleton(Store).AddSingleton<IModelStore>(Store).AddSingleton<IModelSignals>(Store);
        _services = services.AddConvoModels(configuration).BuildServiceProvider();
    }

    public MemoryModelStore Store { get; } = new();

    public const string Key = "sk-test-0123456789abcdefghij";

    public static ModelsHost At(ProviderStub stub, params (string Name, string Value)[] settings) => new(null, null, [.. Address(stub), .. settings]);

    public static (string, string)[] Address(ProviderStub stub) =>
        [("OPENAI_BASE_URL", stub.BaseUrl.ToString()), ("OPENAI_API_KEY", Key), ("OPENAI_MODELS", "stub-model")];

    public IModelCatalogue Catalogue => Get<IModelCatalogue>();

    public IChatClient Chat(string model = "stub-model") => Get<IChatClients>().For(Catalogue.Find(model)!);

    /// <summary>Asks one provider for its models, as the background service does.</summary>
    public Task DiscoverAsync(string provider, CancellationToken cancellationToken) =>
        Get<IEnumerable<IHostedService>>().OfType<ModelDiscovery>().Single()
            .AskAsync(Get<IEnumerable<IModelProvider>>().OfType<IDiscoverableProvider>().Single(p => p.Id == provider), cancellationToken);

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public ValueTask DisposeAsync() => _services.DisposeAsync();
}

/// <summary>A stream read to its end or its failure.</summary>
internal sealed record Heard(string Text, string Reasoning, ChatFinishReason? FinishReason, AnswerUsage? Usage, Exception? Failure)
{
    public string? Code => (Failure as ProviderException)?.Code;

    public static Task<Heard> FromAsync(IChatClient client, string question = "hi", ChatOptions? options = null, CancellationToken cancellationToken = default) =>
        FromAsync(client, [new ChatMessage(ChatRole.User, question)], options, cancellationToken);

    public static async Task<Heard> FromAsync(IChatClient client, IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken)
    {
        var (text, reasoning) = ("", "");
        ChatFinishReason? reason = null;
        AnswerUsage? usage = null;
        try
        {
            await foreach (var update in client.GetStreamingResponseAsync(messages, options, cancellationToken))
            {
                text += update.Text;
                reasoning += string.Concat(update.Contents.OfType<TextReasoningContent>().Select(r => r.Text));
                reason = update.FinishReason ?? reason;
                usage = update.Contents.OfType<UsageContent>().LastOrDefault() is { } u ? AnswerUsage.From(u.Details) : usage;
            }
        }
        catch (Exception e) when (e is ProviderException or OperationCanceledException)
        {
            return new Heard(text, reasoning, reason, usage, e);
        }

        return new Heard(text, reasoning, reason, usage, null);
    }
}
