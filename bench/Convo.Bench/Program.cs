using Convo.Bench;
using Convo.Bench.Budgets;
using Convo.Bench.Retrieval;
using Convo.Bench.SearchScale;

// One line a bench; each prints what it measured and returns 0, or says what was wrong with its options and returns 2.
IReadOnlyList<BenchCommand> benches =
[
    BudgetsBench.Command,
    RetrievalBench.Command,
    SearchScaleBench.Command,
];

using var stop = new CancellationTokenSource();
Console.CancelKeyPress += (_, pressed) =>
{
    pressed.Cancel = true;
    stop.Cancel();
};

if (benches.FirstOrDefault(bench => bench.Name.Equals(args.FirstOrDefault(), StringComparison.Ordinal)) is { } chosen)
{
    return await chosen.RunAsync(new BenchOptions(args[1..]), stop.Token);
}

await Console.Error.WriteLineAsync("Convo.Bench <bench> [--option value …]");
foreach (var bench in benches)
{
    await Console.Error.WriteLineAsync($"  {bench.Name,-14} {bench.Summary}");
}

return 2;
