using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Globalization;
using Prometheus;

namespace Convo.Web.Hosting;

/// <summary>
/// Publishes Convo's own instruments under exactly the names they have, which are part of the contract: the library's adapter would put
/// the meter's name in front.
/// </summary>
internal sealed class ConvoMeterBridge : IDisposable
{
    private const string MeterPrefix = "Convo";

    /// <summary>From a cache hit to a long answer.</summary>
    private static readonly double[] Seconds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300];
    private static readonly double[] Counts = [0, 1, 2, 5, 10, 20, 50, 100];

    // The registry belongs to the process, and so does this.
    private static readonly Lazy<ConvoMeterBridge> Started = new(() => new ConvoMeterBridge());

    private readonly MeterListener _listener = new();
    private readonly ConcurrentDictionary<Instrument, string> _help = new();

    private ConvoMeterBridge()
    {
        Prometheus.Metrics.ConfigureMeterAdapter(adapter => adapter.InstrumentFilterPredicate = instrument => !IsOurs(instrument));
        _listener.InstrumentPublished = (instrument, listener) =>
        {
            if (IsOurs(instrument))
            {
                listener.EnableMeasurementEvents(instrument);
            }
        };
        _listener.SetMeasurementEventCallback<int>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<long>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<double>((instrument, value, tags, _) => Record(instrument, value, tags));
        _listener.SetMeasurementEventCallback<decimal>((instrument, value, tags, _) => Record(instrument, (double)value, tags));
        _listener.Start();
        Prometheus.Metrics.DefaultRegistry.AddBeforeCollectCallback(_listener.RecordObservableInstruments);
    }

    public static void Start() => _ = Started.Value;

    public void Dispose() => _listener.Dispose();

    private static bool IsOurs(Instrument instrument) =>
        instrument.Meter.Name == MeterPrefix || instrument.Meter.Name.StartsWith(MeterPrefix + ".", StringComparison.Ordinal);

    private void Record(Instrument instrument, double value, ReadOnlySpan<KeyValuePair<string, object?>> tags)
    {
        var names = new string[tags.Length];
        var values = new string[tags.Length];
        for (var i = 0; i < tags.Length; i++)
        {
            names[i] = tags[i].Key;
            values[i] = Convert.ToString(tags[i].Value, CultureInfo.InvariantCulture) ?? "";
        }

        var help = _help.GetOrAdd(instrument, made => made.Description ?? made.Name);
        switch (KindOf(instrument))
        {
            case Kind.Counter:
                Prometheus.Metrics.CreateCounter(instrument.Name, help, names).WithLabels(values).Inc(value);
                break;
            case Kind.Total:
                Prometheus.Metrics.CreateCounter(instrument.Name, help, names).WithLabels(values).IncTo(value);
                break;
            case Kind.UpDown:
                Prometheus.Metrics.CreateGauge(instrument.Name, help, names).WithLabels(values).Inc(value);
                break;
            case Kind.Histogram:
                var buckets = instrument.Name.EndsWith("_seconds", StringComparison.Ordinal) ? Seconds : Counts;
                Prometheus.Metrics.CreateHistogram(instrument.Name, help, names, new HistogramConfiguration { Buckets = buckets }).WithLabels(values).Observe(value);
                break;
            default:
                Prometheus.Metrics.CreateGauge(instrument.Name, help, names).WithLabels(values).Set(value);
                break;
        }
    }

    private static Kind KindOf(Instrument instrument)
    {
        var type = instrument.GetType().GetGenericTypeDefinition();
        return type == typeof(Counter<>) ? Kind.Counter
            : type == typeof(ObservableCounter<>) ? Kind.Total
            : type == typeof(UpDownCounter<>) ? Kind.UpDown
            : type == typeof(Histogram<>) ? Kind.Histogram
            : Kind.Gauge;
    }

    private enum Kind
    {
        Gauge,
        Counter,
        Total,
        UpDown,
        Histogram,
    }
}
