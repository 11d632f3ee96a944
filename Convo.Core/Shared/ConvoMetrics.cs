using System.Diagnostics.Metrics;

namespace Convo.Core.Shared;

/// <summary>The meter that every figure of Convo hangs on. No label carries a person's text or an unbounded id.</summary>
public static class ConvoMetrics
{
    public static Meter Meter { get; } = new("Convo");

    internal static UpDownCounter<int> TurnsActive { get; } = Meter.CreateUpDownCounter<int>("convo_turns_active");

    internal static UpDownCounter<int> StreamReaders { get; } = Meter.CreateUpDownCounter<int>("convo_stream_readers");
}
