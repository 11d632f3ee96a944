using System.Buffers.Binary;
using System.Text.Json.Serialization;

namespace Convo.Core.Knowledge;

/// <summary>
/// What parent and child say to each other. To the child's standard input: frames of a 4-byte little-endian length and that many
/// bytes; the first holds a <see cref="ChildJob"/> as JSON, the rest the file, an empty one ends it. When it was answered the next may follow.
/// The pipe stays open: its end tells the child that its parent is gone. From the child's standard output: one JSON <see cref="ChildMessage"/> a line.
/// </summary>
internal static class ChildProtocol
{
    public const int MaxFrame = 1 << 20;

    public static async Task WriteFrameAsync(Stream stream, ReadOnlyMemory<byte> bytes, CancellationToken ct)
    {
        var length = new byte[4];
        BinaryPrimitives.WriteInt32LittleEndian(length, bytes.Length);
        await stream.WriteAsync(length, ct).ConfigureAwait(false);
        await stream.WriteAsync(bytes, ct).ConfigureAwait(false);
    }

    /// <summary>Length of the next frame.</summary>
    public static int ReadLength(Stream stream)
    {
        Span<byte> length = stackalloc byte[4];
        stream.ReadExactly(length);
        var frame = BinaryPrimitives.ReadInt32LittleEndian(length);
        return frame is >= 0 and <= MaxFrame ? frame : throw new InvalidDataException("A frame of the extraction protocol has a wrong length.");
    }
}

/// <param name="Length">Bytes of the file when known, else 0; a hint only.</param>
/// <param name="Recognition">Set when the child is to recognise text in pictures of pages instead of reading the file.</param>
internal sealed record ChildJob(string FileName, long Length, ReaderLimits Limits, RecognitionJob? Recognition = null);

/// <summary>One line from the child; which members are set depends on <see cref="Kind"/>.</summary>
internal sealed record ChildMessage(
    [property: JsonPropertyName("k")] ChildMessageKind Kind,
    [property: JsonPropertyName("b")] BlockKind Block = default,
    [property: JsonPropertyName("t")] string? Text = null,
    [property: JsonPropertyName("p")] int Page = 0,
    [property: JsonPropertyName("n")] int Number = 0,
    [property: JsonPropertyName("c")] string? Code = null);

/// <summary>
/// <see cref="Progress"/>: Page of Number pages. <see cref="Block"/>: Block, Text, Page, Number (level). <see cref="End"/>: Text (title),
/// Number (pages), Code (media type). <see cref="Error"/>: Code, Text (reason). <see cref="Textless"/>: Page, said before the end or the error.
/// </summary>
internal enum ChildMessageKind { Progress, Block, End, Error, Textless }

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
[JsonSerializable(typeof(ChildJob))]
[JsonSerializable(typeof(ChildMessage))]
internal sealed partial class ChildJson : JsonSerializerContext;
