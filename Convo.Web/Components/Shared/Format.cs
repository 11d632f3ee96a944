using System.Globalization;

namespace Convo.Web.Components.Shared;

/// <summary>Figures as people read them. The interface is English, so its numbers are too, whatever the server's locale.</summary>
internal static class Format
{
    public const string Unknown = "–";

    private static readonly CultureInfo English = CultureInfo.GetCultureInfo("en-US");

    public static string Count(long value) => value.ToString("N0", English);

    public static string Tokens(long value) => value == 1 ? "1 token" : Count(value) + " tokens";

    public static string Plural(int value, string noun) => value == 1 ? $"1 {noun}" : $"{Count(value)} {noun}s";

    /// <summary>48.2 M, 3.1 k: for tiles, where the exact figure is in the table.</summary>
    public static string Short(long value) => value switch
    {
        >= 1_000_000 => (value / 1_000_000d).ToString("0.0", English) + " M",
        >= 100_000 => (value / 1_000d).ToString("0", English) + " k",
        _ => Count(value),
    };

    /// <summary>US dollars, "–" when the price is not known: an unknown cost is not nothing.</summary>
    public static string Cost(decimal? value) => value switch
    {
        null => Unknown,
        0 => "$0",
        < 0.0001m => "< $0.0001",
        < 1 => "$" + value.Value.ToString("0.00##", English),
        _ => "$" + value.Value.ToString("N2", English),
    };

    public static string Price(decimal value) => "$" + value.ToString("0.00##", English);

    public static string Duration(TimeSpan value) => value.TotalSeconds switch
    {
        < 0.1 => "< 0.1 s",
        < 10 => value.TotalSeconds.ToString("0.0", English) + " s",
        < 60 => value.TotalSeconds.ToString("0", English) + " s",
        _ => $"{(int)value.TotalMinutes} min {value.Seconds} s",
    };

    public static string Size(long bytes) => bytes switch
    {
        < 1024 => $"{bytes} B",
        < 1024 * 1024 => $"{(bytes / 1024d).ToString("0", English)} KB",
        < 1024L * 1024 * 1024 => $"{(bytes / (1024d * 1024)).ToString("0.#", English)} MB",
        _ => $"{(bytes / (1024d * 1024 * 1024)).ToString("0.#", English)} GB",
    };

    public static string Remaining(TimeSpan value) => value switch
    {
        { TotalMinutes: < 1 } => "in less than a minute",
        { TotalHours: < 1 } => $"in {value.Minutes} min",
        { TotalDays: < 1 } => $"in {(int)value.TotalHours} h {value.Minutes} min",
        _ => $"in {Plural((int)value.TotalDays, "day")}",
    };

    public static string Pages(int from, int to) => from == to ? $"p. {from}" : $"pp. {from}–{to}";

    public static string Percent(double share) => (share * 100).ToString("0", CultureInfo.InvariantCulture) + "%";

    /// <summary>Percent without its sign, for programs that read the page.</summary>
    public static string Whole(double share) => (share * 100).ToString("0", CultureInfo.InvariantCulture);
}
