using System.Globalization;
using Convo.Core.Shared;
using Convo.Core.Usage;

namespace Convo.Web.Endpoints;

/// <summary>The time that a question about use is about.</summary>
internal static class UsageSpan
{
    private static readonly TimeSpan Default = TimeSpan.FromDays(30);

    /// <summary>Times, or dates in the organisation's time zone; a date in <paramref name="to"/> is the last day that counts.</summary>
    public static (DateTimeOffset From, DateTimeOffset To) Of(string? from, string? to, BudgetCalendar calendar, DateTimeOffset now)
    {
        var end = TimeOf("to", to, calendar, wholeDay: true) ?? now;
        var start = TimeOf("from", from, calendar, wholeDay: false) ?? end - Default;
        return start <= end ? (start, end) : throw ConvoException.Invalid("from", "from must not be after to.");
    }

    internal static DateTimeOffset? TimeOf(string field, string? text, BudgetCalendar calendar, bool wholeDay)
    {
        if (string.IsNullOrEmpty(text))
        {
            return null;
        }

        // The last date of the calendar has no next one.
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) && Stored(date.Year))
        {
            return calendar.StartOf(wholeDay ? date.AddDays(1) : date);
        }

        return DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) && Stored(time.Year)
            ? time.ToUniversalTime()
            : throw ConvoException.Invalid(field, $"{field} is a time such as 2026-11-22T12:00:00Z, or a date such as 2026-11-22.");
    }

    private static bool Stored(int year) => year is >= 2000 and <= 9000;
}
