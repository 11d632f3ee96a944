namespace Convo.Core.Knowledge;

/// <summary>Why a child that did not answer died, from its exit code (128 + signal on Unix) and its last words.</summary>
internal static class ChildDeath
{
    private const int Aborted = 128 + 6;
    private const int Killed = 128 + 9;
    private const int CpuLimit = 128 + 24;

    public static ExtractionException Explain(int exitCode, string errors)
    {
        if (errors.Contains("Out of memory", StringComparison.OrdinalIgnoreCase)
            || errors.Contains("OutOfMemoryException", StringComparison.Ordinal)
            || errors.Contains("GC heap initialization failed", StringComparison.Ordinal)
            // Nobody else kills it with 9 but the kernel when memory is short.
            || exitCode == Killed)
        {
            return new ExtractionException(ExtractionCodes.Memory, ExtractionReasons.Memory);
        }
        if (exitCode == Aborted && errors.StartsWith("Stack overflow", StringComparison.Ordinal))
            return new ExtractionException(ExtractionCodes.Crashed, ExtractionReasons.TooDeep);
        if (exitCode == CpuLimit)
            return new ExtractionException(ExtractionCodes.Timeout, "Reading the file used up its time and was stopped. Split the file and upload the parts.");
        // 2 is our own "wrong call", 126 and 127 are "cannot run"; the .NET host ends with the low byte of 0x800080nn.
        return exitCode is 2 or 126 or 127 or (>= 0x81 and <= 0x83) or (>= 0x8C and <= 0x97)
            ? new ExtractionException(ExtractionCodes.ChildUnavailable, ExtractionReasons.Unavailable)
            : new ExtractionException(ExtractionCodes.Crashed, ExtractionReasons.Crashed);
    }
}
