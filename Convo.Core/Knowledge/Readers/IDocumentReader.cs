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
internal sealed record ReaderInput(ReadOnlyMemory<byte> Bytes, DetectedType Type, ReaderLimits Limits)
{
    /// <summary>The bytes as a seekable, read-only stream without a copy.</summary>
    public Stream OpenStream() =>
        System.Runtime.InteropServices.MemoryMarshal.TryGetArray(Bytes, out var segment)
            ? new MemoryStream(segment.Array!, segment.Offset, segment.Count, writable: false)
            : new MemoryStream(Bytes.ToArray(), writable: false);
}

/// <summary>The part of <see cref="ExtractionOptions"/> that the child enforces.</summary>
internal sealed record ReaderLimits(
    int MaxPages, int MaxCharacters, long MaxInflatedBytes, int MaxInflateRatio, int MaxParts, int MaxCpuSeconds)
{
    public static ReaderLimits From(ExtractionOptions options) => new(
        options.MaxPages, options.MaxCharacters, options.MaxInflatedBytes, options.MaxInflateRatio, options.MaxParts,
        (int)Math.Ceiling(options.Timeout.TotalSeconds) + 5);
}
