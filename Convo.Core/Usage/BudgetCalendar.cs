using System.Globalization;

namespace Convo.Core.Usage;

/// <summary>One day or month of the organisation: what a budget's figures are about.</summary>
/// <param name="Label">As keys carry it: <c>2026-11-22</c> or <c>2026-11</c>.</param>
/// <param name="Start">The first instant that counts.</param>
/// <param name="End">The first instant that no longer counts: when the budget opens again.</param>
public readonly record struct BudgetPeriod(BudgetWindow Window, string Label, DateTimeOffset Start, DateTimeOffset End);

/// <summary>
/// Days and months in the organisation's time zone. The periods of one window follow each other without gap or overlap, also where a
/// change of the clock falls on midnight.
/// </summary>
public sealed class BudgetCalendar(TimeZoneInfo zone)
{
    public TimeZoneInfo Zone { get; } = zone;

    /// <summary>The period of <paramref name="window"/> that <paramref name="at"/> lies in.</summary>
    public BudgetPeriod PeriodAt(BudgetWindow window, DateTimeOffset at)
    {
        var date = FirstDay(window, DayOf(at));
        // Clocks put back across midnight show the old date again: the instant belongs to the day that has already begun.
        if (at >= StartOf(Next(window, date)))
        {
            date = Next(window, date);
        }

        return new BudgetPeriod(window, Label(window, date), StartOf(date), StartOf(Next(window, date)));
    }

    /// <summary>The date that clocks show at an instant.</summary>
    public DateOnly DayOf(DateTimeOffset at) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(at, Zone).DateTime);

    /// <summary>The earliest instant of a date: midnight, the first of two midnights, or the end of the hour that the clocks skipped.</summary>
    public DateTimeOffset StartOf(DateOnly date)
    {
        var midnight = date.ToDateTime(TimeOnly.MinValue);
        if (Zone.IsInvalidTime(midnight))
        {
            // The offset before the change makes of the skipped midnight the instant of the change itself.
            return new DateTimeOffset(midnight, Zone.GetUtcOffset(midnight.AddDays(-1))).ToUniversalTime();
        }

        var offset = Zone.IsAmbiguousTime(midnight) ? Zone.GetAmbiguousTimeOffsets(midnight).Max() : Zone.GetUtcOffset(midnight);
        return new DateTimeOffset(midnight, offset).ToUniversalTime();
    }

    private static DateOnly FirstDay(BudgetWindow window, DateOnly day) => window == BudgetWindow.Day ? day : new DateOnly(day.Year, day.Month, 1);

    private static DateOnly Next(BudgetWindow window, DateOnly date) => window == BudgetWindow.Day ? date.AddDays(1) : date.AddMonths(1);

    private static string Label(BudgetWindow window, DateOnly date) =>
        date.ToString(window == BudgetWindow.Day ? "yyyy-MM-dd" : "yyyy-MM", CultureInfo.InvariantCulture);
}
