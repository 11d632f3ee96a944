using System.Buffers.Binary;

namespace Convo.Core.Knowledge;

/// <summary>The cells of a binary worksheet ([MS-XLSB] 2.4): number, text, truth value or error, plain or a formula's result.</summary>
internal sealed class XlsbCells(List<string> strings, IReadOnlyList<string?> codes, CellFormats formats)
{
    public void Write(byte[] part, SheetTables tables)
    {
        var row = new List<SheetCell>();
        var number = 0;
        foreach (var record in BinaryRecords.Of(part))
        {
            var bytes = record.Bytes(part);
            if (record.Id == 0 && record.Length >= 4)
            {
                tables.Add(number, row);
                row = [];
                number = (int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(bytes), 1 << 21) + 1;
            }
            else if (record.Id is >= 2 and <= 11 && record.Length >= 9)
            {
                var column = (int)Math.Min(BinaryPrimitives.ReadUInt32LittleEndian(bytes), 1 << 14) + 1;
                var style = (int)(BinaryPrimitives.ReadUInt32LittleEndian(bytes[4..]) & 0xFFFFFF);
                row.Add(new SheetCell(column, Text(record.Id, bytes[8..], style < codes.Count ? codes[style] : null)));
            }
        }
        tables.Add(number, row);
    }

    private string Text(int kind, ReadOnlySpan<byte> value, string? code)
    {
        var at = 0;
        return kind switch
        {
            2 when value.Length >= 4 => formats.Show(Packed(BinaryPrimitives.ReadInt32LittleEndian(value)), code),
            3 or 11 => Error(value[0]),
            4 or 10 => value[0] != 0 ? "TRUE" : "FALSE",
            5 or 9 when value.Length >= 8 => BinaryPrimitives.ReadDoubleLittleEndian(value) is var number && double.IsFinite(number) ? formats.Show(number, code) : "",
            6 or 8 => BinaryRecords.WideString(value, ref at),
            7 when value.Length >= 4 => BinaryPrimitives.ReadUInt32LittleEndian(value) is var index && index < strings.Count ? strings[(int)index] : "",
            _ => "",
        };
    }

    /// <summary>RkNumber ([MS-XLSB] 2.5.123): two flags (hundredths, integer) and the upper 30 bits of a number.</summary>
    private static double Packed(int value)
    {
        var number = (value & 2) != 0 ? value >> 2 : BitConverter.Int64BitsToDouble((long)(value & ~3) << 32);
        return (value & 1) != 0 ? number / 100 : number;
    }

    private static string Error(byte code) => code switch
    {
        0x00 => "#NULL!",
        0x07 => "#DIV/0!",
        0x0F => "#VALUE!",
        0x17 => "#REF!",
        0x1D => "#NAME?",
        0x24 => "#NUM!",
        0x2A => "#N/A",
        _ => "#ERROR",
    };
}
