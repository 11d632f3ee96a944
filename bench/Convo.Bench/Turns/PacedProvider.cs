using System.Text;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Convo.Bench.Turns;

/// <summary>
/// A provider in OpenAI's wire format that costs as little as possible: every token is the same bytes, each sent by itself as real
/// providers do.
/// </summary>
internal sealed class PacedProvider : IAsyncDisposable
{
    private static readonly byte[] Role = Event("""{"role":"assistant","content":""}""", "null");
    private static readonly byte[] Token = Event("""{"content":"word "}""", "null");
    private static readonly byte[] Stop = Event("{}", "\"stop\"");
    private static readonly byte[] Usage = Encoding.UTF8.GetBytes(
        """data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"bench","choices":[],"usage":{"prompt_tokens":20,"completion_tokens":200,"total_tokens":220}}""" + "\n\n");
    private static readonly byte[] Done = "data: [DONE]\n\n"u8.ToArray();
    private readonly WebApplication _app;

    private PacedProvider(WebApplication app) => _app = app;

    public int Port { get; private set; }

    public static async Task<PacedProvider> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var app = builder.Build();
        app.Run(HandleAsync);
        await app.StartAsync();
        var address = app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()!.Addresses.Single();
        return new PacedProvider(app) { Port = new Uri(address).Port };
    }

    public async ValueTask DisposeAsync()
    {
        using var atOnce = new CancellationTokenSource();
        await atOnce.CancelAsync();
        await _app.StopAsync(atOnce.Token);
        await _app.DisposeAsync();
    }

    private static async Task HandleAsync(HttpContext http)
    {
        using var reader = new StreamReader(http.Request.Body);
        var answer = Answer.Read(await reader.ReadToEndAsync(http.RequestAborted));
        http.Response.ContentType = "text/event-stream";
        try
        {
            await SayAsync(http.Response, answer, http.RequestAborted);
        }
        catch (OperationCanceledException) when (http.RequestAborted.IsCancellationRequested)
        {
            // The caller has heard enough.
        }
    }

    private static async Task SayAsync(HttpResponse response, Answer answer, CancellationToken cancellationToken)
    {
        using var pace = answer.Pause > TimeSpan.Zero ? new PeriodicTimer(answer.Pause) : null;
        await SendAsync(Role);
        for (var i = 0; i < answer.Tokens; i++)
        {
            await SendAsync(Token);
            if (pace is not null)
            {
                await pace.WaitForNextTickAsync(cancellationToken);
            }
        }

        await response.BodyWriter.WriteAsync(Stop, cancellationToken);
        await response.BodyWriter.WriteAsync(Usage, cancellationToken);
        await SendAsync(Done);

        async ValueTask SendAsync(byte[] bytes) => await response.BodyWriter.WriteAsync(bytes, cancellationToken);
    }

    private static byte[] Event(string delta, string finish) => Encoding.UTF8.GetBytes(
        $$"""data: {"id":"c","object":"chat.completion.chunk","created":1,"model":"bench","choices":[{"index":0,"delta":{{delta}},"finish_reason":{{finish}}}]}""" + "\n\n");
}
