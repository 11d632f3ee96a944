using System.Collections.Concurrent;
using System.Diagnostics.Metrics;

namespace Convo.Core.Usage;

/// <summary>What budgets did, for operators. The host publishes every meter. deploy/alerts.yml watches these names.</summary>
public sealed class UsageMetrics : IDisposable
{
    public const string MeterName = "Convo.Usage";

    private readonly Meter _meter;
    private readonly Counter<long> _rejections;
    private readonly Counter<long> _usedTokens;
    private readonly Counter<double> _usedDollars;
    private readonly Counter<long> _repairs;
    private readonly ConcurrentDictionary<BudgetWindow, double> _organisation = new();
    private long _driftTokens;
    private double _driftDollars;

    public UsageMetrics(IMeterFactory meters)
    {
        _meter = meters.Create(MeterName);
        _rejections = _meter.CreateCounter<long>("convo_budget_rejections_total", description: "Requests refused because a budget was spent, by scope.");
        _usedTokens = _meter.CreateCounter<long>("convo_budget_used_tokens_total", description: "Tokens settled by this node, by what they were used for.");
        _usedDollars = _meter.CreateCounter<double>("convo_budget_used_usd_total", description: "US dollars settled by this node, by what they were used for; use without a known price is not in it.");
        _repairs = _meter.CreateCounter<long>("convo_budget_repairs_total", description: "Counters that differed from the ledger and were repaired.");
        _meter.CreateObservableGauge("convo_budget_held_tokens", () => HeldTokens(), description: "Tokens that turns started on this node hold.");
        _meter.CreateObservableGauge(
            "convo_budget_drift_tokens",
            () => Volatile.Read(ref _driftTokens),
            description: "Tokens by which counters differed from the ledger in the last comparison; they were repaired.");
        _meter.CreateObservableGauge(
            "convo_budget_drift_usd",
            () => Volatile.Read(ref _driftDollars),
            description: "US dollars by which counters differed from the ledger in the last comparison; they were repaired.");
        _meter.CreateObservableGauge(
            "convo_budget_organisation_used_ratio",
            () => _organisation.Select(pair => new Measurement<double>(pair.Value, new KeyValuePair<string, object?>("window", BudgetNames.Of(pair.Key)))),
            description: "The settled part of the organisation's budget, 1 is its limit; absent where there is none.");
    }

    /// <summary>Set by whoever knows the holds of this node.</summary>
    public Func<long> HeldTokens { get; set; } = () => 0;

    public void Rejected(BudgetScope scope) => _rejections.Add(1, new KeyValuePair<string, object?>("scope", BudgetNames.Of(scope)));

    public void Settled(LedgerEntry entry)
    {
        var source = new KeyValuePair<string, object?>("source", BudgetNames.Of(entry.Source));
        _usedTokens.Add(entry.TotalTokens, source);
        if (entry.Cost is { } cost)
        {
            _usedDollars.Add((double)cost, source);
        }
    }

    /// <summary>What one pass found.</summary>
    public void Drifted(BudgetDrift drift)
    {
        Volatile.Write(ref _driftTokens, drift.Tokens);
        Volatile.Write(ref _driftDollars, (double)drift.Dollars);
        if (drift.Counters > 0)
        {
            _repairs.Add(drift.Counters);
        }
    }

    /// <summary>The organisation's budgets as they stand; those that are not among them are no longer published.</summary>
    public void Organisation(IReadOnlyList<BudgetState> budgets)
    {
        foreach (var window in Enum.GetValues<BudgetWindow>())
        {
            if (budgets.FirstOrDefault(budget => budget.Window == window) is { } budget)
            {
                _organisation[window] = (double)budget.UsedShare;
            }
            else
            {
                _organisation.TryRemove(window, out _);
            }
        }
    }

    public void Dispose() => _meter.Dispose();
}

/// <summary>By how much counters differed from the ledger, without sign.</summary>
/// <param name="Counters">How many did.</param>
public readonly record struct BudgetDrift(int Counters, long Tokens, decimal Dollars)
{
    public static BudgetDrift operator +(BudgetDrift left, BudgetDrift right) =>
        new(left.Counters + right.Counters, left.Tokens + right.Tokens, left.Dollars + right.Dollars);
}
