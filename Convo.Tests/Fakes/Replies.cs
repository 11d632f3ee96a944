using System.Text;
using System.Text.Json.Nodes;
using System.Threading.Channels;
using Microsoft.AspNetCore.Http;

namespace Convo.Tests.Fakes;

/// <summary>Writes one answer.</summary>
public delegate Task StubReply(StubRequest request, HttpContext http);

/// <summary>The replies tests script a <see cref="ProviderStub"/> with.</summary>
public static class Replies
{
    /// <summary>A whole answer, word by word when streamed; usage is sent when the request asks for it, as OpenAI does.</summary>
    public static StubReply Text(string text, StubUsage? usage = null, string? finishReason = "stop", Chop? chop = null) => (request, http) =>
        request.WantsStream
            ? Sse(OpenAIWire.Stream(text, finishReason, request.WantsUsage ? usage ?? StubUsage.Of(text) : null), chop)(request, http)
            : Json(OpenAIWire.Completion(text, finishReason, usage ?? StubUsage.Of(text)))(request, http);

    /// <summary>Bytes of an event stream exactly as given, cut as <paramref name="chop"/> says; then a clean end of the body.</summary>
    public static StubReply Sse(ReadOnlyMemory<byte> body, Chop? chop = null) => async (_, http) =>
    {
        http.Response.ContentType = "text/event-stream";
        foreach (var piece in (chop ?? Chop.Whole).Split(body))
        {
            await SendAsync(http, piece);
        }
    };

    /// <summary>An event stream that ends after <paramref name="events"/> of its events: cleanly, or with a reset of the connection.</summary>
    public static StubReply SseCut(ReadOnlyMemory<byte> body, int events, bool reset = false) => async (request, http) =>
    {
        await Sse(OpenAIWire.FirstEvents(body, events))(request, http);
        if (reset)
        {
            http.Abort();
        }
    };

    /// <summary>
    /// Streams each text that the test writes to the channel as one delta, at once. Completing the channel ends the answer well;
    /// completing it with an exception resets the connection.
    /// </summary>
    public static StubReply From(ChannelReader<string> deltas, StubUsage? usage = null, string finishReason = "stop") => async (request, http) =>
    {
        http.Response.ContentType = "text/event-stream";
        await SendAsync(http, OpenAIWire.Event(OpenAIWire.RoleChunk()));
        var all = new StringBuilder();
        try
        {
            await foreach (var delta in deltas.ReadAllAsync(http.RequestAborted))
            {
                all.Append(delta);
                await SendAsync(http, OpenAIWire.Event(OpenAIWire.DeltaChunk(delta)));
            }
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            http.Abort();
            return;
        }

        await SendAsync(http, OpenAIWire.End(finishReason, request.WantsUsage ? usage ?? StubUsage.Of(all.ToString()) : null));
    };

    /// <summary>An HTTP error with a body and headers as given.</summary>
    public static StubReply Error(int status, string body, params (string Name, string Value)[] headers) => async (_, http) =>
    {
        http.Response.StatusCode = status;
        http.Response.ContentType = "application/json";
        foreach (var (name, value) in headers)
        {
            http.Response.Headers[name] = value;
        }

        await http.Response.WriteAsync(body, http.RequestAborted);
    };

    /// <summary>OpenAI's error shape.</summary>
    public static StubReply Error(int status, string code, string message, params (string Name, string Value)[] headers) =>
        Error(status, new JsonObject { ["error"] = new JsonObject { ["message"] = message, ["type"] = "error", ["code"] = code } }.ToJsonString(), headers);

    public static StubReply Json(JsonNode body) => async (_, http) =>
    {
        http.Response.ContentType = "application/json";
        await http.Response.WriteAsync(body.ToJsonString(), http.RequestAborted);
    };

    /// <summary>Sends nothing, not even headers, until the gate opens (or the client goes away); then replies.</summary>
    public static StubReply After(Task gate, StubReply then) => async (request, http) =>
    {
        await gate.WaitAsync(http.RequestAborted);
        await then(request, http);
    };

    /// <summary>Sends the first bytes, then nothing more until the client goes away.</summary>
    public static StubReply Stall(ReadOnlyMemory<byte> first) => async (request, http) =>
    {
        await Sse(first)(request, http);
        await Task.Delay(Timeout.InfiniteTimeSpan, http.RequestAborted);
    };

    /// <summary>Resets the connection without an answer.</summary>
    public static StubReply Reset() => (_, http) =>
    {
        http.Abort();
        return Task.CompletedTask;
    };

    private static async Task SendAsync(HttpContext http, ReadOnlyMemory<byte> bytes)
    {
        await http.Response.Body.WriteAsync(bytes, http.RequestAborted);
        await http.Response.Body.FlushAsync(http.RequestAborted);
    }
}
