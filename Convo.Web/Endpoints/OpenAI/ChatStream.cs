using System.IO.Pipelines;
using Convo.Core.Turns.Completions;
using Convo.Web.Hosting;

namespace Convo.Web.Endpoints.OpenAI;

/// <summary>
/// Sends a completion that has begun as <c>text/event-stream</c>, with a comment every 15 s of silence. Its reader's going away ends the
/// provider's call, since that cancels <paramref name="first"/>.
/// </summary>
internal sealed partial class ChatStream(IAsyncEnumerator<CompletionUpdate> reading, Task<bool> first, ChunkWriter writer, TimeProvider time) : IResult
{
    private static readonly TimeSpan KeepAliveEvery = TimeSpan.FromSeconds(15);
    private static readonly byte[] KeepAlive = ": keep-alive\n\n"u8.ToArray();

    private Task<bool> _next = first;

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        var aborted = httpContext.RequestAborted;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        try
        {
            await response.StartAsync(aborted);
            writer.Begin(response.BodyWriter);
            await WriteAsync(response.BodyWriter, aborted);
        }
        catch (OperationCanceledException) when (aborted.IsCancellationRequested)
        {
            // The reader went away, and with it the call.
        }
        catch (Exception e)
        {
            var problem = Problems.Of(e);
            if (problem.Code == "internal_error")
            {
                LogFailed(httpContext.RequestServices.GetRequiredService<ILogger<ChatStream>>(), e);
            }

            // The status is sent; this is the only place left to say it.
            ChunkWriter.Fail(response.BodyWriter, problem);
            await response.BodyWriter.FlushAsync(CancellationToken.None);
        }
        finally
        {
            // An enumerator is not disposed under its own step.
            await _next.ContinueWith(_ => { }, TaskScheduler.Default);
            await reading.DisposeAsync();
        }
    }

    private async Task WriteAsync(PipeWriter body, CancellationToken aborted)
    {
        while (true)
        {
            if (!_next.IsCompleted)
            {
                // Everything that was ready is in the pipe: let it go before waiting.
                await body.FlushAsync(aborted);
                await WaitAsync(body, aborted);
            }

            if (!await _next)
            {
                break;
            }

            Write(body, reading.Current);
            _next = reading.MoveNextAsync().AsTask();
        }

        await body.FlushAsync(aborted);
    }

    private async Task WaitAsync(PipeWriter body, CancellationToken aborted)
    {
        while (true)
        {
            try
            {
                await _next.WaitAsync(KeepAliveEvery, time, aborted);
                return;
            }
            catch (TimeoutException) when (!_next.IsCompleted)
            {
                await body.WriteAsync(KeepAlive, aborted);
            }
        }
    }

    private void Write(PipeWriter body, CompletionUpdate update)
    {
        switch (update)
        {
            case CompletionSwitched switched:
                writer.Switch(switched);
                break;
            case CompletionDelta delta:
                writer.Delta(body, delta.Text);
                break;
            case CompletionEnded ended:
                writer.End(body, ended);
                break;
        }
    }

    [LoggerMessage(LogLevel.Error, "A completion failed in mid-stream")]
    private static partial void LogFailed(ILogger logger, Exception exception);
}
