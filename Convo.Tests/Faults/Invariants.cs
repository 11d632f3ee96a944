using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json;
using Convo.Tests.Fixtures;

namespace Convo.Tests.Faults;

/// <summary>Runs <c>invariants.sql</c> once the cluster has come to rest.</summary>
internal static class Invariants
{
    /// <summary>I2's bound: the lease, the reaper's round, and a margin for a busy machine.</summary>
    private static readonly TimeSpan Rest = FaultCluster.Lease + TimeSpan.FromSeconds(30);

    public static async Task AssertAsync(FaultCluster cluster, IReadOnlyList<SentMessage> sent, IReadOnlyList<AnswerClient> clients, string what)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(Rest);
        using var round = new PeriodicTimer(TimeSpan.FromMilliseconds(250));
        IReadOnlyList<Violation> violations;
        do
        {
            violations = await AskAsync(cluster, sent, clients, CancellationToken.None);
        }
        while (violations.Count > 0 && await NextAsync(round, patience.Token));

        Assert.True(violations.Count == 0, $"{what}: {violations.Count} violations\n{string.Join('\n', violations)}\n{cluster.Tail()}");
    }

    private static async Task<IReadOnlyList<Violation>> AskAsync(
        FaultCluster cluster, IReadOnlyList<SentMessage> sent, IReadOnlyList<AnswerClient> clients, CancellationToken cancellationToken)
    {
        var observed = clients.Select(client => new { message_id = client.MessageId, text = client.Text, ended = client.Ended, broken = string.Join("; ", client.Broken) });
        var called = cluster.Provider.ChatRequests.GroupBy(request => request.LastUserText).Select(group => new { content = group.Key, calls = group.Count() });
        List<object> leftovers = [];
        List<JsonElement> budgets = [];
        foreach (var node in cluster.Nodes)
        {
            leftovers.Add(new { node = node.Name, readers = await GaugeAsync(node, "convo_stream_readers"), turns = await GaugeAsync(node, "convo_turns_active") });
            budgets.AddRange((await node.Client.GetFromJsonAsync<JsonElement>("/api/convo/budget", cancellationToken)).GetProperty("items").EnumerateArray()
                .Where(item => item.GetProperty("scope").GetString() == "user" && item.GetProperty("window").GetString() == "day"));
        }

        var counters = budgets.Select(budget => new
        {
            user_id = budget.GetProperty("scope_id").GetGuid(),
            used = budget.GetProperty("used").GetInt64(),
            held = budget.GetProperty("held").GetInt64(),
            day_start = budget.GetProperty("resets_at").GetDateTimeOffset().AddDays(-1),
        });
        var submitted = sent.Select(message => new { key = message.Key, content = message.Content, accepted = message.Accepted, doubtful = message.Doubtful });
        return await AskAsync(cluster.Database, observed, submitted, called, counters, leftovers, cancellationToken);
    }

    /// <summary>The lists are those of <c>invariants.sql</c>, with its names.</summary>
    internal static Task<IReadOnlyList<Violation>> AskAsync(
        TestDatabase database, object observed, object sent, object called, object counters, object leftovers, CancellationToken cancellationToken) =>
        database.Db.QueryAsync<Violation>(
            Sql(),
            new
            {
                observed = JsonSerializer.Serialize(observed),
                sent = JsonSerializer.Serialize(sent),
                called = JsonSerializer.Serialize(called),
                counters = JsonSerializer.Serialize(counters),
                leftovers = JsonSerializer.Serialize(leftovers),
            },
            cancellationToken);

    /// <summary>A figure of the node's /metrics; 0 when it was never counted.</summary>
    public static async Task<long> GaugeAsync(ConvoNode node, string name)
    {
        var metrics = await node.Client.GetStringAsync("/metrics", TestContext.Current.CancellationToken);
        return metrics.Split('\n').Where(line => line.StartsWith(name, StringComparison.Ordinal) && (line[name.Length] is ' ' or '{'))
            .Sum(line => (long)double.Parse(line[(line.LastIndexOf(' ') + 1)..], CultureInfo.InvariantCulture));
    }

    private static string Sql()
    {
        using var stream = typeof(Invariants).Assembly.GetManifestResourceStream("invariants.sql")!;
        using var reader = new StreamReader(stream);
        return reader.ReadToEnd();
    }

    private static async Task<bool> NextAsync(PeriodicTimer timer, CancellationToken cancellationToken)
    {
        try
        {
            return await timer.WaitForNextTickAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            return false;
        }
    }

    internal sealed record Violation(string Invariant, string Subject, string Detail);
}
