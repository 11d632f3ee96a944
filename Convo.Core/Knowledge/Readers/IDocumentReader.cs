namespace Convo.Core.Knowledge;

/// <summary>Reads one family of formats. Runs in the extraction child only: it may meet hostile bytes.</summary>
internal interface IDocumentReader
{
    bool CanRead(DetectedType type);

    /// <summary>Adds the document's blocks to <paramref name="output"/>, in reading order.</summary>
    /// <exception cref="ExtractionException">The file cannot be used, with the reason.</exception>
    void Read(ReaderInput input, DocumentBuilder output);
}

/// <param name="Bytes">The whole file.</param>
/// <param name="FileName">Its name, as a hint only.</param>
/// <param name="Budget">What this file and the files inside it may still unpack to.</param>
internal sealed record ReaderInput(ReadOnlyMemory<byte> Bytes, string FileName, DetectedType Type, ReaderLimits Limits, InflateBudget Budget)
{
    /// <summary>The bytes as a seekable, read-only stream without a copy.</summary>
    public Stream OpenStream() =>
        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(Bytes, out var segment)
            ? new MemoryStream(segment.Array!, segment.Offset, segment.Count, writable: false)
            : new MemoryStream(Bytes.ToArray(), writable: false);
}

/// <summary>The part of <see cref="ExtractionOptions"/> that the child enforces.</summary>
/// <param name="PatienceSeconds">After which a reader that goes page by page stops with what it has.</param>
internal sealed record ReaderLimits(
    int MaxPages, int MaxCharacters, long MaxInflatedBytes, int MaxInflateRatio, int MaxParts, int MaxCpuSeconds, int MaxCells, int MaxNesting, int MaxEmbedded,
    double PatienceSeconds = 30)
{
    public static ReaderLimits From(ExtractionOptions options) => new(
        options.MaxPages, options.MaxCharacters, options.MaxInflatedBytes, options.MaxInflateRatio, options.MaxParts,
        (int)Math.Ceiling(options.Timeout.TotalSeconds) + ReadingChild.UsedUpSeconds + 5, options.MaxCells, options.MaxNesting, options.MaxEmbedded,
        options.Timeout.TotalSeconds * 2 / 3);
}

/// <summary>Bytes that may still be unpacked. One budget for a file and all files in it, so that nesting multiplies nothing.</summary>
internal sealed class InflateBudget(long bytes)
{
    private long _left = bytes;

    /// <exception cref="ExtractionException">More is asked for than is left.</exception>
    public void Take(long count)
    {
        if (count < 0 || (_left -= count) < 0)
            throw new ExtractionException(ExtractionCodes.TooLarge, ExtractionReasons.Unpacked);
    }
}
