using System.Buffers.Binary;
using System.Text;

namespace Convo.Core.Knowledge;

/// <summary>The piece table of a Word 97 file ([MS-DOC] 2.8.35): where each stretch of the text lies, and in which letters.</summary>
internal static class DocPieces
{
    private const int PlaceOfClx = 0x01A2;
    private const byte Properties = 1;
    private const byte PieceTable = 2;
    private const uint Compressed = 0x40000000;

    public static string Text(byte[] main, byte[]? table)
    {
        var offset = BinaryPrimitives.ReadUInt32LittleEndian(main.AsSpan(PlaceOfClx));
        var length = BinaryPrimitives.ReadUInt32LittleEndian(main.AsSpan(PlaceOfClx + 4));
        if (table is null || offset >= table.Length)
            throw new ExtractionException(ExtractionCodes.Damaged, ExtractionReasons.Damaged);
        var clx = table.AsSpan((int)offset, (int)Math.Min(length, (uint)(table.Length - offset)));
        while (clx.Length > 3 && clx[0] == Properties)
            clx = clx[Math.Min(clx.Length, 3 + BinaryPrimitives.ReadUInt16LittleEndian(clx[1..]))..];
        if (clx.Length < 5 || clx[0] != PieceTable)
            throw new ExtractionException(ExtractionCodes.Damaged, ExtractionReasons.Damaged);
        return Text(main, clx[5..]);
    }

    private static string Text(byte[] main, ReadOnlySpan<byte> pieces)
    {
        // n + 1 positions of 4 bytes, n descriptors of 8.
        var count = (pieces.Length - 4) / 12;
        var text = new StringBuilder();
        for (var i = 0; i < count; i++)
        {
            var length = BinaryPrimitives.ReadUInt32LittleEndian(pieces[((i + 1) * 4)..]) - (long)BinaryPrimitives.ReadUInt32LittleEndian(pieces[(i * 4)..]);
            var place = BinaryPrimitives.ReadUInt32LittleEndian(pieces[(((count + 1) * 4) + (i * 8) + 2)..]);
            var narrow = (place & Compressed) != 0;
            long start = narrow ? (place & ~Compressed) / 2 : place;
            var bytes = narrow ? length : length * 2;
            // A damaged table can name the same stretch over and over: the text is never longer than the file.
            if (length <= 0 || start >= main.Length || text.Length > main.Length)
                continue;
            var piece = main.AsSpan((int)start, (int)Math.Min(bytes, main.Length - start));
            text.Append((narrow ? Encoding.GetEncoding(1252) : Encoding.Unicode).GetString(piece));
        }
        return text.ToString();
    }
}
