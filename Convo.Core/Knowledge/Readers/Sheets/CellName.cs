namespace Convo.Core.Knowledge;

/// <summary>Names of cells as people write them: column letters, then the row.</summary>
internal static class CellName
{
    public static string Of(int column, int row)
    {
        var letters = "";
        for (var rest = column; rest > 0; rest = (rest - 1) / 26)
            letters = (char)('A' + ((rest - 1) % 26)) + letters;
        return letters + row.ToString(System.Globalization.CultureInfo.InvariantCulture);
    }

    /// <summary>Column and row of a name such as <c>$B$12</c>; zero for what the name does not tell.</summary>
    public static (int Column, int Row) Parse(string? name)
    {
        var (column, row) = (0, 0);
        foreach (var c in name ?? "")
        {
            if (char.IsAsciiLetter(c) && row == 0 && column < 20_000)
                column = (column * 26) + (c | 0x20) - 'a' + 1;
            else if (char.IsAsciiDigit(c) && row < 100_000_000)
                row = (row * 10) + c - '0';
        }
        return (column, row);
    }
}
