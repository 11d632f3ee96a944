using System.Globalization;
using System.Net.ServerSentEvents;
using System.Text;
using System.Text.Json;

namespace Convo.Tests.Faults;

/// <summary>
/// A client of one answer that keeps what it was told over any number of connections, as a browser or an SDK does. It notes whatever breaks
/// the stream's promises.
/// </summary>
internal sealed class AnswerClient(Guid messageId)
{
    private readonly StringBuilder _text = new();

    public Guid MessageId { get; } = messageId;

    public long LastSeq { get; private set; }

    public string Text => _text.ToString();

    /// <summary>The status of the terminal event; null before it came.</summary>
    public string? Ended { get; private set; }

    public List<string> Broken { get; } = [];

    public static string PathOf(Guid messageId, long after) =>
        $"/api/convo/messages/{messageId}/stream?after={after.ToString(CultureInfo.InvariantCulture)}";

    /// <summary>Reads from where it stands until the stream ends or <paramref name="enough"/>. A lost connection ends it as well.</summary>
    /// <returns>Whether the answer has ended.</returns>
    public async Task<bool> ReadAsync(HttpClient node, Func<AnswerClient, bool>? enough, CancellationToken cancellationToken)
    {
        if (Ended is not null)
        {
            return true;
        }

        try
        {
            using var response = await node.GetAsync(PathOf(MessageId, LastSeq), HttpCompletionOption.ResponseHeadersRead, cancellationToken);
            if (!response.IsSuccessStatusCode)
            {
                return false;
            }

            await ReadAsync(response, enough, cancellationToken);
        }
        catch (Exception e) when (e is HttpRequestException or IOException)
        {
            // The connection broke. What was read stands.
        }

        return Ended is not null;
    }

    public async Task ReadAsync(HttpResponseMessage response, Func<AnswerClient, bool>? enough, CancellationToken cancellationToken)
    {
        await using var body = await response.Content.ReadAsStreamAsync(cancellationToken);
        await foreach (var item in SseParser.Create(body).EnumerateAsync(cancellationToken))
        {
            Take(item);
            if (Ended is not null || enough?.Invoke(this) == true)
            {
                return;
            }
        }
    }

    /// <summary>Reads over all of <paramref name="nodes"/> in turn, reconnecting until the answer has ended.</summary>
    public async Task FollowAsync(IReadOnlyList<HttpClient> nodes, CancellationToken cancellationToken)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(TimeSpan.FromMinutes(5));
        using var pause = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        for (var i = 0; !await ReadAsync(nodes[i % nodes.Count], null, patience.Token); i++)
        {
            await pause.WaitForNextTickAsync(patience.Token);
        }
    }

    private void Take(SseItem<string> item)
    {
        var seq = long.Parse(item.EventId!, CultureInfo.InvariantCulture);
        using var data = JsonDocument.Parse(item.Data);
        if (item.EventType == "start" && LastSeq > 0)
        {
            // Told again from the beginning.
            _text.Clear();
        }
        else if (seq <= LastSeq || (seq != LastSeq + 1 && item.EventType == "delta" && LastSeq > 0 && _text.Length > 0 && !_jumps))
        {
            Broken.Add($"seq {seq} after {LastSeq}");
        }

        LastSeq = seq;
        switch (item.EventType)
        {
            case "delta":
                _text.Append(data.RootElement.GetProperty("text").GetString());
                break;
            case "done":
                Ended = data.RootElement.GetProperty("status").GetString();
                break;
            case "error":
                Ended = data.RootElement.GetProperty("code").GetString() ?? "error";
                break;
        }
    }

    private bool _jumps;

    /// <summary>The log was taken away: the rest may come as one delta with a later seq.</summary>
    public AnswerClient MayJump()
    {
        _jumps = true;
        return this;
    }
}
