using System.Buffers.Binary;

namespace Convo.Core.Knowledge;

/// <summary>The number format of each cell style of a binary workbook.</summary>
internal static class XlsbStyles
{
    private const int Format = 44;
    private const int Style = 47;
    private const int CellStylesBegin = 617;
    private const int CellStylesEnd = 618;

    public static IReadOnlyList<string?> Load(byte[]? part)
    {
        var own = new Dictionary<int, string>();
        var codes = new List<string?>();
        var inside = false;
        foreach (var record in part is null ? [] : BinaryRecords.Of(part))
        {
            var bytes = record.Bytes(part!);
            if (record.Id is CellStylesBegin or CellStylesEnd)
                inside = record.Id == CellStylesBegin;
            if (record.Id == Format && record.Length > 6)
            {
                var at = 2;
                own[BinaryPrimitives.ReadUInt16LittleEndian(bytes)] = BinaryRecords.WideString(bytes, ref at);
            }
            else if (record.Id == Style && inside && record.Length >= 4)
            {
                var id = BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]);
                codes.Add(own.TryGetValue(id, out var code) ? code : CellFormats.BuiltInCode(id));
            }
        }
        return codes;
    }
}
