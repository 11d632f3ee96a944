using System.Buffers;
using System.Globalization;
using System.IO.Pipelines;
using System.Text;
using System.Text.Json;
using Convo.Core.Accounts;
using Convo.Core.Turns;
using Convo.Web.Hosting;

namespace Convo.Web.Endpoints;

/// <summary>
/// Writes a turn's events as <c>text/event-stream</c> (WHATWG HTML, "Server-sent events"): id, event and one line of JSON each, a comment
/// every 15 s of silence so that proxies keep the connection. A reader that goes away ends only its own stream; one that stalls is cut, so
/// that it holds no more than its connection's buffer, and resumes where it was when it comes back.
/// </summary>
internal sealed class TurnEventStream(ITurnReader reader, Caller caller, Guid messageId, long afterSeq, TimeProvider time) : IResult
{
    /// <summary>A long replay goes out in pieces instead of being held whole.</summary>
    private const int FlushAbove = 16 * 1024;

    private static readonly TimeSpan KeepAliveEvery = TimeSpan.FromSeconds(15);
    /// <summary>How long a reader may leave a full buffer untouched. Kestrel's own rate limit would allow minutes for 64 KB.</summary>
    private static readonly TimeSpan StallPatience = TimeSpan.FromSeconds(8);
    private static readonly byte[] KeepAlive = ": keep-alive\n\n"u8.ToArray();

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        var response = httpContext.Response;
        response.ContentType = "text/event-stream";
        response.Headers.CacheControl = "no-store";
        response.Headers["X-Accel-Buffering"] = "no";
        var aborted = httpContext.RequestAborted;
        try
        {
            await response.StartAsync(aborted);
            await WriteAsync(response.BodyWriter, aborted);
        }
        catch (OperationCanceledException) when (aborted.IsCancellationRequested)
        {
            // The reader went away. The turn does not mind.
        }
        catch (ReaderStalledException)
        {
            httpContext.Abort();
        }
    }

    private async Task WriteAsync(PipeWriter body, CancellationToken aborted)
    {
        using var leaving = CancellationTokenSource.CreateLinkedTokenSource(aborted);
        var events = reader.ReadAsync(caller, messageId, afterSeq, leaving.Token).GetAsyncEnumerator(leaving.Token);
        var next = Task.FromResult(true);
        try
        {
            while (true)
            {
                next = events.MoveNextAsync().AsTask();
                if (!next.IsCompleted)
                {
                    // Everything that was ready is in the pipe: let it go before waiting.
                    await FlushAsync(body, aborted);
                    await WaitAsync(next, body, aborted);
                }

                if (!await next)
                {
                    break;
                }

                Write(body, events.Current);
                if (body.UnflushedBytes > FlushAbove)
                {
                    await FlushAsync(body, aborted);
                }
            }

            await FlushAsync(body, aborted);
        }
        finally
        {
            // A reader may be left only between two events: one that still waits is woken first.
            await leaving.CancelAsync();
            await next.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            await events.DisposeAsync();
        }
    }

    /// <exception cref="ReaderStalledException">The reader takes nothing.</exception>
    private async ValueTask FlushAsync(PipeWriter body, CancellationToken aborted)
    {
        var flushing = body.FlushAsync(aborted);
        if (flushing.IsCompleted)
        {
            await flushing;
            return;
        }

        try
        {
            await flushing.AsTask().WaitAsync(StallPatience, time, aborted);
        }
        catch (TimeoutException)
        {
            throw new ReaderStalledException();
        }
    }

    private async Task WaitAsync(Task<bool> next, PipeWriter body, CancellationToken aborted)
    {
        while (true)
        {
            try
            {
                await next.WaitAsync(KeepAliveEvery, time, aborted);
                return;
            }
            catch (TimeoutException)
            {
                body.Write(KeepAlive);
                await FlushAsync(body, aborted);
            }
        }
    }

    private static void Write(PipeWriter body, TurnEvent entry)
    {
        var (name, data) = TurnEventBodies.Of(entry.Data);
        Encoding.UTF8.GetBytes(string.Create(CultureInfo.InvariantCulture, $"id: {entry.Seq}\nevent: {name}\ndata: "), body);
        using (var json = new Utf8JsonWriter(body))
        {
            JsonSerializer.Serialize(json, data, data.GetType(), ConvoJson.Options);
        }

        body.Write("\n\n"u8);
    }

    private sealed class ReaderStalledException : Exception;
}
