using System.Runtime.InteropServices;

namespace Convo.Core.Knowledge;

/// <summary>
/// A seccomp filter (Linux, <c>man 2 seccomp</c>) for the whole process: opening a socket or starting a program fails with EPERM.
/// A document that talks a parser into either gets an exception, not a connection.
/// </summary>
internal static class SystemCallFilter
{
    private const int PrSetNoNewPrivs = 38;
    private const uint SetModeFilter = 1;
    private const uint AllThreads = 1;
    private const uint Allow = 0x7fff0000;
    private const uint RefuseWithEperm = 0x00050001;
    private const ushort LoadWord = 0x20;
    private const ushort JumpIfEqual = 0x15;
    private const ushort JumpIfAtLeast = 0x35;
    private const ushort Return = 0x06;

    /// <returns>Whether the kernel took it.</returns>
    public static bool Install(bool mayStartPrograms)
    {
        // Numbers of: seccomp itself; socket, socketpair, io_uring_setup (it can connect, too), ptrace; execve, execveat.
        (int Seccomp, uint Architecture, uint[] Refused, uint[] Programs)? table = RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => (317, 0xC000003E, [41, 53, 425, 101], [59, 322]),
            Architecture.Arm64 => (277, 0xC00000B7, [198, 199, 425, 117], [221, 281]),
            _ => null,
        };
        if (table is not { } system || Prctl(PrSetNoNewPrivs, 1, 0, 0, 0) != 0)
            return false;

        var program = Program(system.Architecture, mayStartPrograms ? system.Refused : [.. system.Refused, .. system.Programs]);
        var pinned = GCHandle.Alloc(program, GCHandleType.Pinned);
        try
        {
            var filter = new FilterProgram { Length = (ushort)program.Length, Instructions = pinned.AddrOfPinnedObject() };
            return SystemCall(system.Seccomp, SetModeFilter, AllThreads, in filter) == 0;
        }
        finally
        {
            pinned.Free();
        }
    }

    private static Instruction[] Program(uint architecture, uint[] refused)
    {
        var count = (byte)refused.Length;
        return
        [
            new(LoadWord, 0, 0, 4),
            // Another calling convention has other numbers: refuse them all.
            new(JumpIfEqual, 0, (byte)(count + 3), architecture),
            new(LoadWord, 0, 0, 0),
            // The x32 numbers of x86-64 begin here and would slip through.
            new(JumpIfAtLeast, (byte)(count + 1), 0, 0x40000000),
            .. refused.Select((number, i) => new Instruction(JumpIfEqual, (byte)(count - i), 0, number)),
            new(Return, 0, 0, Allow),
            new(Return, 0, 0, RefuseWithEperm),
        ];
    }

    [StructLayout(LayoutKind.Sequential)]
    private readonly record struct Instruction(ushort Code, byte IfTrue, byte IfFalse, uint Value);

    [StructLayout(LayoutKind.Sequential)]
    private struct FilterProgram
    {
        public ushort Length;
        public nint Instructions;
    }

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [DllImport("libc", EntryPoint = "prctl", SetLastError = true)]
    private static extern int Prctl(int option, nuint a, nuint b, nuint c, nuint d);

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [DllImport("libc", EntryPoint = "syscall", SetLastError = true)]
    private static extern nint SystemCall(nint number, nuint operation, nuint flags, in FilterProgram filter);
}
