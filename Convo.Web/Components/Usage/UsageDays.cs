using System.Globalization;
using Convo.Core.Usage;

namespace Convo.Web.Components.Usage;

internal static class UsageDays
{
    public const int Count = 30;

    /// <summary>One row a day, oldest first; a day without use is a row of zeros, so that bars keep their place.</summary>
    public static IReadOnlyList<UsageRow> Fill(IEnumerable<UsageRow> rows, DateTimeOffset now, int count = Count)
    {
        var known = rows.ToDictionary(row => row.Key);
        return [.. Enumerable.Range(0, count)
            .Select(back => now.AddDays(back - count + 1).ToString("yyyy-MM-dd", CultureInfo.InvariantCulture))
            .Select(key => known.GetValueOrDefault(key) ?? new UsageRow(key, key, 0, 0, 0, 0, null))];
    }

    public static string Name(string key) =>
        DateOnly.TryParseExact(key, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day.ToString("ddd d MMM", CultureInfo.InvariantCulture) : key;
}
