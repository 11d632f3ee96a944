using System.Diagnostics.Metrics;

namespace Convo.Core.Usage;

/// <summary>What budgets did, for operators. The host publishes every meter.</summary>
public sealed class UsageMetrics : IDisposable
{
    public const string MeterName = "Convo.Usage";

    private readonly Meter _meter;
    private readonly Counter<long> _rejections;
    private long _drift;

    public UsageMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _rejections = _meter.CreateCounter<long>("convo_budget_rejections_total", description: "Requests refused because a budget was spent, by scope.");
        _meter.CreateObservableGauge("convo_budget_held_tokens", () => HeldTokens(), description: "Tokens that turns started on this node hold.");
        _meter.CreateObservableGauge(
            "convo_budget_drift_tokens",
            () => Volatile.Read(ref _drift),
            description: "Tokens by which counters differed from the ledger in the last comparison; they were repaired.");
    }

    /// <summary>Set by whoever knows the holds of this node.</summary>
    public Func<long> HeldTokens { get; set; } = () => 0;

    public void Rejected(BudgetScope scope) => _rejections.Add(1, new KeyValuePair<string, object?>("scope", BudgetNames.Of(scope)));

    /// <summary>The sum of the differences, without sign, that one pass found.</summary>
    public void Drifted(long tokens) => Volatile.Write(ref _drift, tokens);

    public void Dispose() => _meter.Dispose();
}
