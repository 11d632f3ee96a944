using Convo.Bench;
using Convo.Bench.Budgets;
using Convo.Bench.Ingest;
using Convo.Bench.Retrieval;
using Convo.Bench.SearchScale;
using Convo.Bench.Turns;

// Documents are read in a process of their own, which is this program again.
if (args is ["extract", ..])
{
    return await Convo.Core.Knowledge.ExtractionChild.RunAsync(args, Console.OpenStandardInput(), Console.OpenStandardOutput());
}

// One line a bench; each prints what it measured and returns 0, or says what was wrong with its options and returns 2.
IReadOnlyList<BenchCommand> benches =
[
    TurnsBench.Command,
    BudgetsBench.Command,
    RetrievalBench.Command,
    IngestBench.Command,
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
