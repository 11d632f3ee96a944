namespace Convo.Core.Knowledge;

/// <summary>RTF (Microsoft's specification 1.9.1), read from its first byte to its last without recursion.</summary>
internal sealed class RtfReader : IDocumentReader
{
    public bool CanRead(DetectedType type) => type == FileTypes.Rtf;

    public void Read(ReaderInput input, DocumentBuilder output) => Write(input.Bytes, output);

    /// <summary>Adds the blocks of RTF inside another format.</summary>
    public static void Write(ReadOnlyMemory<byte> rtf, DocumentBuilder output)
    {
        var text = new RtfText(output);
        var tokens = new RtfTokens(rtf);
        // What stands behind the end of the outermost group belongs to no document.
        while (!text.IsDone && tokens.Next())
            text.Take(tokens);
        text.Finish();
    }
}
