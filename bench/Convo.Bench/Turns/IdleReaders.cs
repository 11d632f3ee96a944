using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;

namespace Convo.Bench.Turns;

/// <summary>What a reader costs that waits: many of them on one turn that says nothing for a while.</summary>
internal static class IdleReaders
{
    public static async Task MeasureAsync(ConvoProcess convo, Target through, int readers, CancellationToken cancellationToken)
    {
        // Two tokens a minute apart.
        using var started = await through.Client.PostAsJsonAsync("/api/convo/threads", new { }, cancellationToken);
        var thread = (await started.Content.ReadFromJsonAsync<JsonElement>(cancellationToken)).GetProperty("id").GetString();
        using var accepted = await through.Client.PostAsJsonAsync(
            $"/api/convo/threads/{thread}/messages", new { content = new Answer(2, TimeSpan.FromMinutes(1)).Question }, cancellationToken);
        var message = (await accepted.Content.ReadFromJsonAsync<JsonElement>(cancellationToken)).GetProperty("message").GetProperty("id").GetString();

        // Once before, so that code and pools are counted for neither.
        await OpenAsync(through, message!, 50, cancellationToken);
        await RestAsync(cancellationToken);
        var before = convo.ResidentBytes();
        var open = await OpenAsync(through, message!, readers, cancellationToken);
        await RestAsync(cancellationToken);
        var each = (convo.ResidentBytes() - before) / 1024.0 / readers;
        TurnsBench.Print("idle readers", "Convo", $"{each:F1} KB resident each ({open.Count} open, {convo.ResidentBytes() / 1024 / 1024} MB in all)");
        foreach (var response in open)
        {
            response.Dispose();
        }

        using var stopped = await through.Client.PostAsync($"/api/convo/messages/{message}/stop", null, cancellationToken);
    }

    private static async Task<List<HttpResponseMessage>> OpenAsync(Target through, string messageId, int readers, CancellationToken cancellationToken)
    {
        List<HttpResponseMessage> open = [];
        foreach (var chunk in Enumerable.Range(0, readers).Chunk(50))
        {
            open.AddRange(await Task.WhenAll(chunk.Select(_ => through.Client.GetAsync(
                string.Create(CultureInfo.InvariantCulture, $"/api/convo/messages/{messageId}/stream"), HttpCompletionOption.ResponseHeadersRead, cancellationToken))));
        }

        return open;
    }

    /// <summary>Until what opening left behind is settled.</summary>
    private static Task RestAsync(CancellationToken cancellationToken) => Task.Delay(TimeSpan.FromSeconds(4), cancellationToken);
}
