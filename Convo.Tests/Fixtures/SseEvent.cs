using System.Globalization;
using System.Net.ServerSentEvents;
using System.Text.Json;

namespace Convo.Tests.Fixtures;

/// <summary>One event of a stream, as a client sees it.</summary>
internal sealed record SseEvent(long Id, string Name, JsonElement Data)
{
    public static async Task<List<SseEvent>> ReadAllAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        Assert.True(response.IsSuccessStatusCode, $"{(int)response.StatusCode}: {(response.IsSuccessStatusCode ? "" : await response.Content.ReadAsStringAsync(cancellationToken))}");
        List<SseEvent> events = [];
        await foreach (var item in SseParser.Create(await response.Content.ReadAsStreamAsync(cancellationToken)).EnumerateAsync(cancellationToken))
        {
            events.Add(new SseEvent(long.Parse(item.EventId!, CultureInfo.InvariantCulture), item.EventType, JsonDocument.Parse(item.Data).RootElement));
        }

        return events;
    }

    public static string JoinText(IEnumerable<SseEvent> events) =>
        string.Concat(events.Where(e => e.Name == "delta").Select(e => e.Data.GetProperty("text").GetString()));
}
