using System.Globalization;

namespace Convo.Tests.Fixtures;

/// <summary>How work grows with its input, in processor time of the thread that does it: other threads and other tests do not count.</summary>
internal static class CpuTime
{
    private const string Clock = "/proc/thread-self/schedstat";
    private const int Rounds = 2;

    /// <summary>The kernel adds to its account in ticks; what is shorter reads as nothing.</summary>
    private const double Tick = 4e6;

    /// <summary>The least that <paramref name="work"/> took in two rounds, and at least a tick. Nanoseconds.</summary>
    public static double Of(Action work)
    {
        Assert.SkipUnless(File.Exists(Clock), "A thread's processor time is read as Linux tells it.");
        var least = double.MaxValue;
        for (var round = 0; round < Rounds; round++)
        {
            var before = Now();
            work();
            least = Math.Min(least, Now() - before);
        }

        return Math.Max(least, Tick);
    }

    private static long Now() => long.Parse(File.ReadAllText(Clock).Split(' ')[0], CultureInfo.InvariantCulture);
}
