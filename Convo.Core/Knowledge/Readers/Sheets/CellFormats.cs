using System.Globalization;
using ExcelNumberFormat;

namespace Convo.Core.Knowledge;

/// <summary>
/// Shows numbers as a workbook's formats show them. Where Excel follows the reader's country (format 14), the date is written
/// year-month-day: which of day and month comes first must not be a guess.
/// </summary>
internal sealed class CellFormats(bool is1904)
{
    private static readonly Dictionary<int, string> BuiltIn = new()
    {
        [1] = "0", [2] = "0.00", [3] = "#,##0", [4] = "#,##0.00", [9] = "0%", [10] = "0.00%", [11] = "0.00E+00", [12] = "# ?/?", [13] = "# ??/??",
        [14] = "yyyy-mm-dd", [15] = "d-mmm-yy", [16] = "d-mmm", [17] = "mmm-yy", [18] = "h:mm AM/PM", [19] = "h:mm:ss AM/PM", [20] = "h:mm", [21] = "h:mm:ss",
        [22] = "yyyy-mm-dd h:mm", [37] = "#,##0;-#,##0", [38] = "#,##0;-#,##0", [39] = "#,##0.00;-#,##0.00", [40] = "#,##0.00;-#,##0.00",
        [45] = "mm:ss", [46] = "[h]:mm:ss", [47] = "mm:ss.0", [48] = "##0.0E+0",
    };

    private readonly Dictionary<string, NumberFormat> _parsed = new(StringComparer.Ordinal);

    public static string? BuiltInCode(int id) => BuiltIn.GetValueOrDefault(id);

    /// <param name="value">A number; days since the epoch where the format is a date.</param>
    /// <param name="code">The format's code; null or "General" for none.</param>
    public string Show(double value, string? code)
    {
        if (code is null or "" or "General" or "@" || code.Length > 255)
            return General(value);
        if (!_parsed.TryGetValue(code, out var format))
            _parsed[code] = format = new NumberFormat(code);
        if (!format.IsValid || (format.IsDateTimeFormat && value is < 0 or > 2_958_466))
            return General(value);
        try
        {
            var shown = format.Format(value, CultureInfo.InvariantCulture, is1904).Trim();
            // Some formats hide what is in the cell (";;;"); the text of a cell is its value.
            return shown.Length > 0 ? shown : General(value);
        }
        catch (Exception failure) when (failure is FormatException or ArgumentException or OverflowException or InvalidOperationException or IndexOutOfRangeException)
        {
            return General(value);
        }
    }

    /// <summary>Fifteen digits, as Excel keeps: the binary tail of 0.1 + 0.2 is nobody's number.</summary>
    public static string General(double value) =>
        Math.Abs(value) is >= 1e-4 and < 1e15 or 0 ? value.ToString("0.###############", CultureInfo.InvariantCulture) is var plain && plain.Length <= 16
            ? plain
            : value.ToString("G15", CultureInfo.InvariantCulture)
        : value.ToString("G15", CultureInfo.InvariantCulture);
}
