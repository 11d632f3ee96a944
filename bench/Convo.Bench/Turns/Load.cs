using System.Collections.Concurrent;
using System.Diagnostics;

namespace Convo.Bench.Turns;

internal sealed record LoadResult(double PerSecond, int Errors, IReadOnlyList<double> Gaps, IReadOnlyList<double> FirstDeltas);

/// <summary>Turns of one target, many at once. A turn that fails or is not whole is an error; its kind is printed once.</summary>
internal static class Load
{
    public static Task<LoadResult> RepeatAsync(Target target, int turns, int concurrency, Answer answer, CancellationToken cancellationToken)
    {
        var left = turns;
        return RunAsync(target, concurrency, answer, TimeSpan.Zero, () => Interlocked.Decrement(ref left) >= 0, cancellationToken);
    }

    public static Task<LoadResult> ForAsync(Target target, TimeSpan time, int concurrency, Answer answer, CancellationToken cancellationToken)
    {
        var started = Stopwatch.GetTimestamp();
        return RunAsync(target, concurrency, answer, TimeSpan.Zero, () => Stopwatch.GetElapsedTime(started) < time, cancellationToken);
    }

    /// <summary>One turn on each of so many streams, begun over <paramref name="ramp"/>.</summary>
    public static Task<LoadResult> TogetherAsync(Target target, int streams, Answer answer, TimeSpan ramp, CancellationToken cancellationToken)
    {
        var left = streams;
        return RunAsync(target, streams, answer, ramp, () => Interlocked.Decrement(ref left) >= 0, cancellationToken);
    }

    private static async Task<LoadResult> RunAsync(
        Target target, int concurrency, Answer answer, TimeSpan ramp, Func<bool> more, CancellationToken cancellationToken)
    {
        ConcurrentBag<Measured> done = [];
        ConcurrentDictionary<string, int> errors = new(StringComparer.Ordinal);
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, concurrency).Select(async i =>
        {
            await Task.Delay(ramp * i / concurrency, cancellationToken);
            while (more())
            {
                try
                {
                    done.Add(await target.RunAsync(answer, cancellationToken));
                }
                catch (Exception e) when (e is HttpRequestException or IOException)
                {
                    errors.AddOrUpdate(e.Message, 1, (_, count) => count + 1);
                }
            }
        }));

        foreach (var (message, count) in errors)
        {
            await Console.Error.WriteLineAsync($"{target.Name}: {count} × {message}");
        }

        var seconds = Stopwatch.GetElapsedTime(started).TotalSeconds;
        return new LoadResult(done.Count / seconds, errors.Values.Sum(), [.. done.SelectMany(turn => turn.Gaps)], [.. done.Select(turn => turn.FirstDelta.TotalMilliseconds)]);
    }
}
