using System.Diagnostics.Metrics;

namespace Convo.Tests.Data.Usage;

/// <summary>Meters whose figures a test can read.</summary>
internal sealed class TestMeterFactory : IMeterFactory
{
    private readonly List<Meter> _meters = [];

    public Meter Create(MeterOptions options)
    {
        var meter = new Meter(options.Name, options.Version, options.Tags, scope: this);
        _meters.Add(meter);
        return meter;
    }

    /// <summary>What an observable instrument says now; null when there is no such instrument.</summary>
    public T? Measure<T>(string instrument) where T : struct
    {
        T? last = null;
        using var listener = new MeterListener();
        listener.InstrumentPublished = (found, listening) =>
        {
            if (found.Meter.Scope == this && found.Name == instrument)
            {
                listening.EnableMeasurementEvents(found);
            }
        };
        listener.SetMeasurementEventCallback<T>((_, value, _, _) => last = value);
        listener.Start();
        listener.RecordObservableInstruments();
        return last;
    }

    /// <summary>Sums what a counter receives from now on, by its only tag.</summary>
    public Dictionary<string, long> Collect(string instrument)
    {
        var sums = new Dictionary<string, long>();
        var listener = new MeterListener();
        listener.InstrumentPublished = (found, listening) =>
        {
            if (found.Meter.Scope == this && found.Name == instrument)
            {
                listening.EnableMeasurementEvents(found);
            }
        };
        listener.SetMeasurementEventCallback<long>((_, value, tags, _) =>
        {
            var tag = (string)tags[0].Value!;
            sums[tag] = sums.GetValueOrDefault(tag) + value;
        });
        listener.Start();
        return sums;
    }

    public void Dispose() => _meters.ForEach(meter => meter.Dispose());
}
