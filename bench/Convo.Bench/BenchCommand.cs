namespace Convo.Bench;

/// <summary>One sub-command.</summary>
/// <param name="Summary">What it measures, against what, and its options: one line.</param>
internal sealed record BenchCommand(string Name, string Summary, Func<BenchOptions, CancellationToken, Task<int>> RunAsync);
