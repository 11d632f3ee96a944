using System.Buffers.Binary;
using System.Text;

namespace Convo.Core.Knowledge;

/// <summary>Records of the binary workbook format ([MS-XLSB] 2.1.4): a type of one or two bytes, a length of one to four, the content.</summary>
internal static class BinaryRecords
{
    public const int WorkbookProperties = 153;
    public const int SheetOfBook = 156;
    public const int StringItem = 19;

    public readonly record struct Record(int Id, int Start, int Length)
    {
        public ReadOnlySpan<byte> Bytes(byte[] part) => part.AsSpan(Start, Length);
    }

    public static IEnumerable<Record> Of(byte[] part)
    {
        var at = 0;
        while (at < part.Length)
        {
            int id = part[at++];
            if ((id & 0x80) != 0 && at < part.Length)
                id = (id & 0x7F) | ((part[at++] & 0x7F) << 7);
            var length = 0;
            for (var i = 0; i < 4 && at < part.Length; i++)
            {
                var next = part[at++];
                length |= (next & 0x7F) << (7 * i);
                if ((next & 0x80) == 0)
                    break;
            }
            if (length > part.Length - at)
                yield break;
            yield return new Record(id, at, length);
            at += length;
        }
    }

    public static List<string> Strings(byte[]? part)
    {
        var strings = new List<string>();
        foreach (var record in part is null ? [] : Of(part))
        {
            if (record.Id != StringItem)
                continue;
            // A byte of flags (rich, phonetic), then the text; what else there is styles it.
            var at = 1;
            strings.Add(WideString(record.Bytes(part!), ref at));
        }
        return strings;
    }

    /// <summary>A count of characters and that many UTF-16 code units; empty when the record ends before.</summary>
    public static string WideString(ReadOnlySpan<byte> record, ref int at)
    {
        if (at + 4 > record.Length)
            return "";
        var count = BinaryPrimitives.ReadUInt32LittleEndian(record[at..]);
        at += 4;
        if (count > (record.Length - at) / 2)
            return "";
        var text = Encoding.Unicode.GetString(record.Slice(at, (int)count * 2));
        at += (int)count * 2;
        return text;
    }
}
