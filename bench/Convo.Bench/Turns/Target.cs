using System.Diagnostics;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;

namespace Convo.Bench.Turns;

/// <summary>One way to an answer. The response is scanned for the bytes that mark a token, not parsed: the client must not be what is measured.</summary>
internal sealed class Target : IDisposable
{
    private readonly HttpClient _client;
    private readonly string _path;
    private readonly byte[] _token;
    private readonly byte[] _end;
    private readonly Func<string, string> _body;

    private Target(string name, Uri address, string path, string token, string end, Func<string, string> body, string? apiKey)
    {
        (Name, _path, _token, _end, _body) = (name, path, Encoding.ASCII.GetBytes(token), Encoding.ASCII.GetBytes(end), body);
        _client = new HttpClient(new SocketsHttpHandler { PooledConnectionLifetime = Timeout.InfiniteTimeSpan }) { BaseAddress = address, Timeout = TimeSpan.FromMinutes(5) };
        if (apiKey is not null)
        {
            _client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", apiKey);
        }
    }

    public string Name { get; }

    public HttpClient Client => _client;

    public void Dispose() => _client.Dispose();

    public static Target OfProvider(string name, int port) => new(
        name, new Uri($"http://127.0.0.1:{port}"), "/v1/chat/completions", "\"content\":\"w", "[DONE]",
        question => JsonSerializer.Serialize(new { model = "bench", stream = true, messages = new[] { new { role = "user", content = question } } }), null);

    public static Target OfConvo(ConvoProcess convo) => new(
        "Convo", convo.Address, "/api/convo/messages/stream", "event: delta", "event: done", question => JsonSerializer.Serialize(new { content = question }), ConvoProcess.ApiKey);

    public async Task<Measured> RunAsync(Answer answer, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, _path) { Content = new StringContent(_body(answer.Question), Encoding.UTF8, "application/json") };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("text/event-stream"));
        var started = Stopwatch.GetTimestamp();
        using var response = await _client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellationToken);
        response.EnsureSuccessStatusCode();
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        return await ScanAsync(body, answer, started, cancellationToken);
    }

    private async Task<Measured> ScanAsync(Stream body, Answer answer, long started, CancellationToken cancellationToken)
    {
        var buffer = new byte[16 * 1024];
        var kept = 0;
        var tokens = 0;
        var ended = false;
        TimeSpan? first = null;
        long last = 0;
        List<double> gaps = [];
        while (true)
        {
            var length = await body.ReadAsync(buffer.AsMemory(kept), cancellationToken);
            if (length == 0)
            {
                break;
            }

            var now = Stopwatch.GetTimestamp();
            var seen = buffer.AsSpan(0, kept + length);
            var found = Count(seen, _token);
            if (found > 0)
            {
                if (first is null)
                {
                    first = Stopwatch.GetElapsedTime(started, now);
                }
                else
                {
                    gaps.Add(Stopwatch.GetElapsedTime(last, now).TotalMilliseconds);
                }

                (tokens, last) = (tokens + found, now);
            }

            ended |= seen.IndexOf(_end) >= 0;
            // A mark may be cut between two reads; too short for a whole one, it is not counted twice.
            kept = Math.Min(_token.Length - 1, seen.Length);
            seen[^kept..].CopyTo(buffer);
        }

        return ended && tokens == answer.Tokens && first is { } firstDelta
            ? new Measured(firstDelta, gaps, tokens)
            : throw new IOException($"{Name}: {tokens} of {answer.Tokens} tokens, {(ended ? "ended" : "no end")}.");
    }

    private static int Count(ReadOnlySpan<byte> bytes, ReadOnlySpan<byte> mark)
    {
        var count = 0;
        for (var at = bytes.IndexOf(mark); at >= 0; at = bytes.IndexOf(mark))
        {
            count++;
            bytes = bytes[(at + mark.Length)..];
        }

        return count;
    }
}
