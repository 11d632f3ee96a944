using System.Collections.Concurrent;
using System.Threading.Channels;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Convo.Tests.Fakes;

/// <summary>
/// A model provider on a real loopback socket. It answers chat completions (streamed or not), embeddings and the model list in OpenAI's
/// wire format; what a chat request gets is scripted with <see cref="Enqueue"/>, else <see cref="Respond"/> decides. Any other path can be
/// scripted the same way, so a stub of another provider is this class with other replies.
/// </summary>
public sealed class ProviderStub : IAsyncDisposable
{
    private readonly WebApplication _app;
    private readonly ConcurrentQueue<StubReply> _script = new();
    private readonly ConcurrentQueue<StubRequest> _requests = new();
    private readonly Channel<StubRequest> _arrivals = Channel.CreateUnbounded<StubRequest>();

    private ProviderStub(WebApplication app) => _app = app;

    /// <summary>What <c>OPENAI_BASE_URL</c> is set to: <c>http://127.0.0.1:port/v1</c>.</summary>
    public Uri BaseUrl { get; private set; } = null!;

    /// <summary>What a chat request gets when nothing is queued: by default an echo of the last user message.</summary>
    public Func<StubRequest, StubReply> Respond { get; set; } = request => Replies.Text($"You said: {request.LastUserText}");

    /// <summary>The ids that the model list answers with.</summary>
    public IReadOnlyList<string> Models { get; set; } = ["stub-model"];

    /// <summary>Length of the vectors that embeddings answer with.</summary>
    public int EmbeddingDimensions { get; set; } = 64;

    /// <summary>When set, embeddings get this reply instead.</summary>
    public StubReply? EmbeddingsReply { get; set; }

    /// <summary>When set, the model list gets this reply instead.</summary>
    public StubReply? ModelsReply { get; set; }

    /// <summary>Every request so far, in order of arrival.</summary>
    public IReadOnlyList<StubRequest> Requests => [.. _requests];

    /// <summary>The chat requests so far: a count of these is a count of provider calls.</summary>
    public IReadOnlyList<StubRequest> ChatRequests => [.. _requests.Where(r => r.IsChat)];

    public static async Task<ProviderStub> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        // A dropped test must not hold the run up for the default 30 s.
        builder.Services.Configure<Microsoft.Extensions.Hosting.HostOptions>(o => o.ShutdownTimeout = TimeSpan.FromMilliseconds(200));
        var app = builder.Build();
        var stub = new ProviderStub(app);
        app.Run(stub.HandleAsync);
        await app.StartAsync();
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        stub.BaseUrl = new Uri($"{address}/v1");
        return stub;
    }

    /// <summary>The next chat request gets this reply; replies are used once, in order.</summary>
    public ProviderStub Enqueue(params StubReply[] replies)
    {
        foreach (var reply in replies)
        {
            _script.Enqueue(reply);
        }

        return this;
    }

    /// <summary>Waits for the next chat request; each is handed out once.</summary>
    public ValueTask<StubRequest> NextRequestAsync(CancellationToken cancellationToken) => _arrivals.Reader.ReadAsync(cancellationToken);

    private async Task HandleAsync(HttpContext http)
    {
        var request = await StubRequest.ReadAsync(http);
        _requests.Enqueue(request);
        var reply = request switch
        {
            { IsModelList: true } => ModelsReply ?? Replies.Json(OpenAIWire.ModelList(Models)),
            { IsEmbeddings: true } => EmbeddingsReply ?? Replies.Json(OpenAIWire.Embeddings(request.Json!, EmbeddingDimensions)),
            _ => _script.TryDequeue(out var scripted) ? scripted : Respond(request),
        };
        if (request.IsChat)
        {
            _arrivals.Writer.TryWrite(request);
        }

        try
        {
            await reply(request, http);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The client went away, which is what some tests are about; StubRequest.Disconnected tells them.
        }
    }

    public async ValueTask DisposeAsync()
    {
        await _app.StopAsync(CancellationToken.None);
        await _app.DisposeAsync();
    }
}
