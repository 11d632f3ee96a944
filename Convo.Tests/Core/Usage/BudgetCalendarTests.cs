using Convo.Core.Usage;

namespace Convo.Tests.Core.Usage;

public sealed class BudgetCalendarTests
{
    [Theory]
    [InlineData("Europe/Berlin", "2026-11-22T22:59:59Z", "2026-11-22", "2026-11-21T23:00:00Z", "2026-11-22T23:00:00Z")]
    [InlineData("Europe/Berlin", "2026-11-22T23:00:00Z", "2026-11-23", "2026-11-22T23:00:00Z", "2026-11-23T23:00:00Z")]
    // 23 and 25 hours.
    [InlineData("Europe/Berlin", "2026-03-29T12:00:00Z", "2026-03-29", "2026-03-28T23:00:00Z", "2026-03-29T22:00:00Z")]
    [InlineData("Europe/Berlin", "2026-10-25T12:00:00Z", "2026-10-25", "2026-10-24T22:00:00Z", "2026-10-25T23:00:00Z")]
    // Midnight is skipped: the day begins at one.
    [InlineData("Africa/Cairo", "2026-04-24T12:00:00Z", "2026-04-24", "2026-04-23T22:00:00Z", "2026-04-24T21:00:00Z")]
    // Midnight comes twice: the day begins at the first.
    [InlineData("America/Havana", "2026-11-01T12:00:00Z", "2026-11-01", "2026-11-01T04:00:00Z", "2026-11-02T05:00:00Z")]
    public void PeriodAt_Day_BeginsAtTheOrganisationsMidnight(string zone, string at, string label, string start, string end)
    {
        var period = new BudgetCalendar(TimeZoneInfo.FindSystemTimeZoneById(zone)).PeriodAt(BudgetWindow.Day, Time(at));

        Assert.Equal(new BudgetPeriod(BudgetWindow.Day, label, Time(start), Time(end)), period);
    }

    [Fact]
    public void PeriodAt_Month_EndsWhereTheNextBegins()
    {
        var calendar = new BudgetCalendar(TimeZoneInfo.FindSystemTimeZoneById("Asia/Tokyo"));

        var november = calendar.PeriodAt(BudgetWindow.Month, Time("2026-11-30T14:59:59Z"));
        var december = calendar.PeriodAt(BudgetWindow.Month, Time("2026-11-30T15:00:00Z"));

        Assert.Equal(("2026-11", "2026-12"), (november.Label, december.Label));
        Assert.Equal(november.End, december.Start);
    }

    [Theory]
    [InlineData(BudgetWindow.Day)]
    [InlineData(BudgetWindow.Month)]
    public void PeriodAt_EveryZoneThroughTwoYears_LeavesNoGapAndNoOverlap(BudgetWindow window)
    {
        foreach (var zone in TimeZoneInfo.GetSystemTimeZones())
        {
            var calendar = new BudgetCalendar(zone);
            var period = calendar.PeriodAt(window, Time("2025-12-31T12:00:00Z"));
            while (period.Start.Year < 2028)
            {
                var next = calendar.PeriodAt(window, period.End);
                Assert.Equal((zone.Id, period.End), (zone.Id, next.Start));
                Assert.Equal((zone.Id, period), (zone.Id, calendar.PeriodAt(window, period.End.AddMilliseconds(-1))));
                Assert.NotEqual(period.Label, next.Label);
                period = next;
            }
        }
    }

    [Fact]
    public void PeriodAt_ClocksPutBackAcrossMidnight_StaysInTheDayThatHasBegun()
    {
        // Until 2011 Newfoundland changed at 00:01: on 7 November 2010 the clocks showed the 6th again for an hour.
        var calendar = new BudgetCalendar(TimeZoneInfo.FindSystemTimeZoneById("America/St_Johns"));
        var first = Time("2010-11-07T02:30:30Z");

        Assert.Equal("2010-11-07", calendar.PeriodAt(BudgetWindow.Day, first).Label);
        Assert.Equal("2010-11-07", calendar.PeriodAt(BudgetWindow.Day, first.AddMinutes(30)).Label);
    }

    private static DateTimeOffset Time(string text) => DateTimeOffset.Parse(text, System.Globalization.CultureInfo.InvariantCulture);
}
