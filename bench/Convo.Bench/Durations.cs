using System.Globalization;

namespace Convo.Bench;

/// <summary>Durations of one kind of call, with their nearest-rank percentiles in milliseconds.</summary>
internal sealed class Durations
{
    private readonly List<double> _milliseconds = [];

    public int Count => _milliseconds.Count;

    public void Add(TimeSpan took) => _milliseconds.Add(took.TotalMilliseconds);

    public double Percentile(double share)
    {
        var ordered = _milliseconds.Order().ToList();
        return ordered.Count == 0 ? double.NaN : ordered[Math.Clamp((int)Math.Ceiling(share * ordered.Count) - 1, 0, ordered.Count - 1)];
    }

    public override string ToString() => string.Create(
        CultureInfo.InvariantCulture, $"p50 {Percentile(0.50),7:0.0} ms   p95 {Percentile(0.95),7:0.0} ms   max {Percentile(1),7:0.0} ms   n {Count}");
}
