using System.Runtime.InteropServices;

namespace Convo.Core.Knowledge;

/// <summary>Takes from the reading process what it does not need. Linux only; elsewhere the parent's limits stand alone.</summary>
internal static class ChildSandbox
{
    private const int RlimitCpu = 0;
    private const int RlimitFileSize = 1;
    private const int RlimitData = 2;
    private const int RlimitCore = 4;
    private const ulong ToolMemory = 1536UL << 20;

    /// <summary>
    /// CPU seconds (a last resort when the parent is stuck), no written files, no core dumps, low priority, no network and no programs.
    /// Each is best effort: a kernel that refuses one leaves the others.
    /// </summary>
    /// <param name="mayStartPrograms">
    /// For the child that runs the OCR programs. It parses nothing itself; the programs inherit all of this, and a limit to their memory.
    /// </param>
    public static void Enter(ReaderLimits limits, bool mayStartPrograms)
    {
        if (!OperatingSystem.IsLinux())
            return;
        Limit(RlimitCore, 0);
        Limit(RlimitFileSize, 0);
        Limit(RlimitCpu, (ulong)limits.MaxCpuSeconds);
        // The value counts for this thread and those it starts: the reader's.
        _ = SetPriority(0, 0, 10);
        if (mayStartPrograms)
            Limit(RlimitData, ToolMemory);
        SystemCallFilter.Install(mayStartPrograms);
    }

    private static void Limit(int resource, ulong value)
    {
        var limit = new ResourceLimit { Soft = value, Hard = value };
        _ = SetLimit(resource, in limit);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct ResourceLimit
    {
        public ulong Soft;
        public ulong Hard;
    }

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [DllImport("libc", EntryPoint = "setrlimit", SetLastError = true)]
    private static extern int SetLimit(int resource, in ResourceLimit limit);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [DllImport("libc", EntryPoint = "setpriority", SetLastError = true)]
    private static extern int SetPriority(int which, int who, int priority);
}
