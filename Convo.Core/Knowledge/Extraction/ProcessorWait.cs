using System.Globalization;

namespace Convo.Core.Knowledge;

/// <summary>How long a process was ready to run and had no processor: what tells a busy machine from a file that is too much work.</summary>
internal static class ProcessorWait
{
    /// <returns>Of its longest waiting thread; zero where the system does not say (Linux does, proc(5)) or the process is gone.</returns>
    public static TimeSpan Of(int process)
    {
        if (!OperatingSystem.IsLinux())
            return TimeSpan.Zero;
        try
        {
            return Directory.EnumerateDirectories($"/proc/{process}/task").Select(task => Read(File.ReadAllText(Path.Combine(task, "schedstat")))).DefaultIfEmpty().Max();
        }
        catch (IOException)
        {
            return TimeSpan.Zero;
        }
    }

    /// <param name="schedstat">Nanoseconds run, nanoseconds waited, times run.</param>
    internal static TimeSpan Read(string schedstat) =>
        schedstat.Split(' ') is [_, var waited, ..] && long.TryParse(waited, CultureInfo.InvariantCulture, out var nanoseconds) ? TimeSpan.FromTicks(nanoseconds / 100) : TimeSpan.Zero;
}
