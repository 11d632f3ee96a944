using System.Globalization;
using Convo.Core.Shared;
using Convo.Core.Usage;
using Convo.Web.Endpoints;

namespace Convo.Tests.Web.Endpoints;

public sealed class UsageQueryTests
{
    private static readonly BudgetCalendar Berlin = new(TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"));

    [Theory]
    [InlineData("2026-11-22", false, "2026-11-21T23:00:00Z")]
    [InlineData("2026-11-22", true, "2026-11-22T23:00:00Z")]
    [InlineData("2026-11-22T12:00:00Z", true, "2026-11-22T12:00:00Z")]
    [InlineData("2026-11-22T12:00:00+02:00", false, "2026-11-22T10:00:00Z")]
    public void TimeOf_TimesAndDates_AreInstantsOfTheOrganisation(string text, bool wholeDay, string expected) =>
        Assert.Equal(DateTimeOffset.Parse(expected, CultureInfo.InvariantCulture), UsageSpan.TimeOf("to", text, Berlin, wholeDay));

    [Theory]
    [InlineData("yesterday")]
    [InlineData("2026-13-01")]
    [InlineData("0001-01-01")]
    [InlineData("9999-12-31")]
    [InlineData("9999-12-31T23:59:59Z")]
    [InlineData("-5")]
    [InlineData("NaN")]
    public void TimeOf_WhatIsNoTime_NamesTheField(string text) =>
        Assert.Equal("from", Assert.Throws<ConvoException>(() => UsageSpan.TimeOf("from", text, Berlin, wholeDay: true)).Field);

    [Fact]
    public void GroupingOf_SomethingElse_NamesTheField()
    {
        Assert.Equal(UsageGrouping.Day, UsageEndpoints.GroupingOf(null));
        Assert.Equal(UsageGrouping.Thread, UsageEndpoints.GroupingOf("thread"));
        Assert.Equal("group_by", Assert.Throws<ConvoException>(() => UsageEndpoints.GroupingOf("user; DROP TABLE users")).Field);
    }
}
