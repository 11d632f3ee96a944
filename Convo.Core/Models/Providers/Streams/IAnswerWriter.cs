using System.Buffers;

namespace Convo.Core.Models.Providers.Streams;

/// <summary>Writes what was read in the one format that an SDK expects.</summary>
internal interface IAnswerWriter
{
    void Write(ArrayBufferWriter<byte> to, AnswerChunk chunk);

    /// <summary>The format's end mark.</summary>
    void WriteEnd(ArrayBufferWriter<byte> to);
}
