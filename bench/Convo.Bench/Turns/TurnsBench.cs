using System.Globalization;

namespace Convo.Bench.Turns;

/// <summary>
/// What a turn through Convo costs beside a direct call of the same provider, and beside nginx passing it on: all of authentication, hold,
/// storage, log and settlement against none of them.
/// </summary>
internal static class TurnsBench
{
    public static BenchCommand Command { get; } = new(
        "turns",
        "a turn through Convo against a direct call and against nginx [--only latency,throughput,streams,idle] [--warm 1500] [--turns 200] [--seconds 10] [--concurrency 16] [--streams 1000] [--tokens 200] [--rate 20] [--readers 1000] [--database-url … --redis-url …]",
        RunAsync);

    private static async Task<int> RunAsync(BenchOptions options, CancellationToken cancellationToken)
    {
        var chosen = options.Text("only", "latency,throughput,streams,idle").Split(',');
        await using var provider = await PacedProvider.StartAsync();
        await using var nginx = await NginxPass.StartAsync(provider.Port, cancellationToken);
        await using var convo = await ConvoProcess.StartAsync(provider.Port, options, cancellationToken);
        using var direct = Target.OfProvider("direct", provider.Port);
        using var passed = Target.OfProvider("nginx", nginx.Port);
        using var through = Target.OfConvo(convo);
        // Nobody's first turn: both sides have compiled their code and opened their connections.
        foreach (var target in new[] { direct, passed, through })
        {
            await Load.RepeatAsync(target, options.Number("warm", 1500), concurrency: 8, new Answer(50), cancellationToken);
        }

        if (chosen.Contains("latency"))
        {
            await LatencyAsync([direct, passed, through], options.Number("turns", 200), cancellationToken);
        }

        if (chosen.Contains("throughput"))
        {
            await ThroughputAsync(passed, through, options, cancellationToken);
        }

        if (chosen.Contains("streams"))
        {
            await StreamsAsync([passed, through], options, cancellationToken);
        }

        if (chosen.Contains("idle"))
        {
            await IdleReaders.MeasureAsync(convo, through, options.Number("readers", 1000), cancellationToken);
        }

        return 0;
    }

    private static async Task LatencyAsync(IReadOnlyList<Target> targets, int turns, CancellationToken cancellationToken)
    {
        var first = targets.ToDictionary(target => target, _ => new List<double>());
        for (var i = 0; i < turns; i++)
        {
            foreach (var target in targets)
            {
                var measured = await target.RunAsync(new Answer(3), cancellationToken);
                first[target].Add(measured.FirstDelta.TotalMilliseconds);
            }
        }

        var baseline = Figures.Of(first[targets[0]]);
        foreach (var target in targets)
        {
            var figures = Figures.Of(first[target]);
            Print("first delta", target.Name, $"p50 {figures.P50:F1} ms, p95 {figures.P95:F1} ms; added p50 {figures.P50 - baseline.P50:F1} ms, p95 {figures.P95 - baseline.P95:F1} ms ({turns} turns, one at a time)");
        }
    }

    private static async Task ThroughputAsync(Target passed, Target through, BenchOptions options, CancellationToken cancellationToken)
    {
        var (seconds, concurrency) = (options.Number("seconds", 10), options.Number("concurrency", 16));
        var answer = new Answer(options.Number("tokens", 200));
        var rates = new List<double>();
        foreach (var target in new[] { passed, through })
        {
            var result = await Load.ForAsync(target, TimeSpan.FromSeconds(seconds), concurrency, answer, cancellationToken);
            rates.Add(result.PerSecond);
            Print("complete turns", target.Name, $"{result.PerSecond:F0}/s of {answer.Tokens} tokens, {result.Errors} errors ({concurrency} at once, {seconds} s)");
        }

        Print("complete turns", "ratio", $"{rates[1] / rates[0]:F2} of nginx");
    }

    private static async Task StreamsAsync(IReadOnlyList<Target> targets, BenchOptions options, CancellationToken cancellationToken)
    {
        var (streams, rate) = (options.Number("streams", 1000), options.Number("rate", 20));
        var answer = new Answer(options.Number("tokens", 200), TimeSpan.FromSeconds(1.0 / rate));
        foreach (var target in targets)
        {
            var result = await Load.TogetherAsync(target, streams, answer, TimeSpan.FromSeconds(4), cancellationToken);
            var gaps = Figures.Of(result.Gaps);
            var first = Figures.Of(result.FirstDeltas);
            Print("many streams", target.Name, $"{streams} at {rate} tokens/s: gap p50 {gaps.P50:F0} ms, p99 {gaps.P99:F0} ms, max {gaps.Max:F0} ms; first delta p50 {first.P50:F0} ms, p95 {first.P95:F0} ms; {result.Errors} errors");
        }
    }

    internal static void Print(string what, string who, FormattableString figures) =>
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"{what,-15} {who,-7} {figures.ToString(CultureInfo.InvariantCulture)}"));
}
