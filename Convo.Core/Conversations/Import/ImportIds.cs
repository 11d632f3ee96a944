using System.Buffers.Binary;
using System.Security.Cryptography;
using System.Text;

namespace Convo.Core.Conversations.Import;

/// <summary>
/// Ids that are the same at every import of the same file by the same person, so that a repeat finds what is there. UUIDv7 (RFC 9562) in
/// form: they sort by the time in the file, and within a millisecond by their place in it; the rest is a hash where others have chance.
/// </summary>
internal static class ImportIds
{
    public static Guid OfThread(Guid ownerId, ThreadDraft draft) =>
        Make(draft.CreatedAt, 0, $"{ownerId:N}\n{draft.Source}\n{draft.SourceId}");

    public static Guid OfMessage(Guid threadId, MessageDraft draft, int place) =>
        Make(draft.Message.CreatedAt, place, $"{threadId:N}\n{draft.Key}");

    private static Guid Make(DateTimeOffset at, int place, string name)
    {
        Span<byte> bytes = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Encoding.UTF8.GetBytes(name), bytes);
        Span<byte> time = stackalloc byte[8];
        BinaryPrimitives.WriteInt64BigEndian(time, at.ToUnixTimeMilliseconds());
        time[2..].CopyTo(bytes);
        bytes[6] = (byte)(0x70 | ((place >> 8) & 0x0F));
        bytes[7] = (byte)place;
        bytes[8] = (byte)(0x80 | (bytes[8] & 0x3F));
        return new Guid(bytes[..16], bigEndian: true);
    }
}
