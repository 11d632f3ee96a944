using System.Buffers.Binary;

namespace Convo.Core.Knowledge;

/// <summary>Records of the old drawing formats ([MS-PPT] 2.3.1): version and instance, type, length, content.</summary>
internal static class OfficeRecords
{
    public static IEnumerable<OfficeRecord> Of(byte[] stream, int start, int length)
    {
        var end = Math.Min(stream.Length, start + length);
        for (var at = start; at + 8 <= end;)
        {
            var head = stream.AsSpan(at);
            var size = BinaryPrimitives.ReadUInt32LittleEndian(head[4..]);
            var flags = BinaryPrimitives.ReadUInt16LittleEndian(head);
            // A record that says it is longer than what holds it ends there.
            var inside = (int)Math.Min(size, (uint)(end - at - 8));
            yield return new OfficeRecord(BinaryPrimitives.ReadUInt16LittleEndian(head[2..]), flags >> 4, (flags & 15) == 15, at + 8, inside);
            at += 8 + inside;
        }
    }
}

internal readonly record struct OfficeRecord(int Type, int Instance, bool IsContainer, int Start, int Length);
