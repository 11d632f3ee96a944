using System.Globalization;

namespace Convo.Bench.Ingest;

/// <summary>Resident memory of this process and of its children together, looked at ten times a second (proc(5)).</summary>
internal sealed class PeakMemory : IDisposable
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(100);

    private readonly Timer _timer;
    private long _children;

    public PeakMemory() => _timer = new Timer(_ => Look(), null, TimeSpan.Zero, Interval);

    /// <summary>Bytes: this process's own high-water mark.</summary>
    public static long Own => Line(Environment.ProcessId, "VmHWM") << 10;

    /// <summary>Bytes: the most that reading processes had at one time.</summary>
    public long Children => Interlocked.Read(ref _children);

    public void Dispose() => _timer.Dispose();

    private void Look()
    {
        var total = 0L;
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            // PostgreSQL's processes are children of their postmaster, which is itself no child that reads.
            if (int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) && Line(id, "PPid") == Environment.ProcessId && IsReader(folder))
            {
                total += Line(id, "VmRSS") << 10;
            }
        }

        if (total > Interlocked.Read(ref _children))
        {
            Interlocked.Exchange(ref _children, total);
        }
    }

    private static bool IsReader(string folder)
    {
        try
        {
            return File.ReadAllText(Path.Combine(folder, "cmdline")).Contains("extract", StringComparison.Ordinal);
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>The number in a line of a process's status; 0 when it is gone.</summary>
    private static long Line(int process, string name)
    {
        try
        {
            var line = File.ReadLines($"/proc/{process}/status").FirstOrDefault(line => line.StartsWith(name + ":", StringComparison.Ordinal));
            return long.TryParse(line?[(name.Length + 1)..].Replace("kB", "", StringComparison.Ordinal).Trim(), CultureInfo.InvariantCulture, out var number) ? number : 0;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return 0;
        }
    }
}
