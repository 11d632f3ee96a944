using System.Globalization;
using System.Text.Json;
using Convo.Core.Accounts;
using Convo.Core.Knowledge;
using Convo.Core.Shared;
using Convo.Web.Hosting;

namespace Convo.Web.Endpoints;

/// <summary>Writes a file's states as <c>text/event-stream</c>, each an event named <c>attachment</c> with the whole state; ends with the file's end.</summary>
internal sealed class AttachmentEventStream(IAttachmentService attachments, Caller caller, Guid attachmentId, TimeProvider time) : IResult
{
    private static readonly TimeSpan KeepAliveEvery = TimeSpan.FromSeconds(15);

    public async Task ExecuteAsync(HttpContext httpContext)
    {
        // A node that stops sends its watchers to another one.
        var stopping = httpContext.RequestServices.GetRequiredService<IHostApplicationLifetime>().ApplicationStopping;
        using var ending = CancellationTokenSource.CreateLinkedTokenSource(httpContext.RequestAborted, stopping);
        var aborted = ending.Token;
        try
        {
            await using var states = new Watching(attachments.WatchAsync(caller, attachmentId, aborted).GetAsyncEnumerator(aborted), ending);
            // A file that is not the caller's is a 404, which has to be known before the stream begins.
            var more = await states.MoveNextAsync();
            httpContext.Response.ContentType = "text/event-stream";
            httpContext.Response.Headers.CacheControl = "no-store";
            httpContext.Response.Headers["X-Accel-Buffering"] = "no";
            for (var id = 1; more; id++)
            {
                var data = JsonSerializer.Serialize(AttachmentBody.Of(states.Current), ConvoJson.Options);
                await WriteAsync(httpContext.Response, string.Create(CultureInfo.InvariantCulture, $"id: {id}\nevent: attachment\ndata: {data}\n\n"), aborted);
                more = await NextAsync(states, httpContext.Response, aborted);
            }
        }
        catch (ConvoException) when (httpContext.Response.HasStarted)
        {
            // The file was deleted while it was watched: the stream ends, and asking for the file answers 404.
        }
        catch (OperationCanceledException) when (aborted.IsCancellationRequested)
        {
            // The reader went away.
        }
    }

    private async Task<bool> NextAsync(Watching states, HttpResponse response, CancellationToken aborted)
    {
        var next = states.MoveNextAsync();
        while (true)
        {
            try
            {
                return await next.WaitAsync(KeepAliveEvery, time, aborted);
            }
            catch (TimeoutException) when (!next.IsCompleted)
            {
                await WriteAsync(response, ": keep-alive\n\n", aborted);
            }
        }
    }

    /// <summary>An enumerator may be left only between two states: one that still waits is woken first.</summary>
    private sealed class Watching(IAsyncEnumerator<Attachment> states, CancellationTokenSource ending) : IAsyncDisposable
    {
        private Task<bool> _next = Task.FromResult(true);

        public Attachment Current => states.Current;

        public Task<bool> MoveNextAsync() => _next = states.MoveNextAsync().AsTask();

        public async ValueTask DisposeAsync()
        {
            await ending.CancelAsync();
            await _next.ContinueWith(_ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
            await states.DisposeAsync();
        }
    }

    private static async Task WriteAsync(HttpResponse response, string text, CancellationToken aborted)
    {
        await response.WriteAsync(text, aborted);
        await response.Body.FlushAsync(aborted);
    }
}
