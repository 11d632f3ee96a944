using Convo.Core.Shared;
using Convo.Core.Usage;

namespace Convo.Tests.Core.Usage;

public sealed class BudgetRefusalTests
{
    private static readonly DateTimeOffset Now = new(2026, 11, 22, 20, 0, 0, TimeSpan.Zero);
    private static readonly BudgetCalendar Calendar = new(TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin"));
    private static readonly BudgetPeriod Day = Calendar.PeriodAt(BudgetWindow.Day, Now);
    private static readonly BudgetPeriod Month = Calendar.PeriodAt(BudgetWindow.Month, Now);

    [Fact]
    public void Of_ASpentDay_SaysHowMuchAndWhenItOpens()
    {
        var refusal = Of(new BudgetShortage(BudgetScope.User, Day, false, 200_100, 0, 200_000, 1_200));

        Assert.Equal((ProblemKind.LimitReached, "budget_exceeded"), (refusal.Kind, refusal.Code));
        Assert.Equal(
            "Your daily budget is spent (200,100 tokens of 200,000 tokens used). It opens again on 23 November, 00:00 (Europe/Berlin).", refusal.Message);
        Assert.Equal(Day.End, refusal.ResetAt);
        Assert.Equal(TimeSpan.FromHours(3), refusal.RetryAfter);
        Assert.Equal(("user", 200_100L, 200_000L), (refusal.Facts["scope"], refusal.Facts["used"], refusal.Facts["limit"]));
    }

    [Fact]
    public void Of_TooLittleLeft_SaysWhatIsNeededAndWhatIsLeft()
    {
        var refusal = Of(new BudgetShortage(BudgetScope.User, Day, false, 199_000, 100, 200_000, 1_200));

        Assert.Equal(
            "This needs 1,200 tokens, and your daily budget has 900 tokens left (199,000 tokens of 200,000 tokens used). Shorten it, or wait until 23 November, 00:00 (Europe/Berlin).",
            refusal.Message);
        Assert.Equal(TimeSpan.FromHours(3), refusal.RetryAfter);
    }

    [Fact]
    public void Of_DayAndMonthSpent_NamesTheOneThatOpensLast()
    {
        var refusal = Of(
            new BudgetShortage(BudgetScope.Global, Month, true, 10m, 0, 10m, 0.01m), new BudgetShortage(BudgetScope.User, Day, false, 5, 0, 5, 5));

        Assert.Equal(("global", "month", "10"), (refusal.Facts["scope"], refusal.Facts["window"], refusal.Facts["limit"]));
        Assert.Equal(Month.End, refusal.ResetAt);
    }

    [Fact]
    public void Of_OnlyHeld_AsksToWaitForRunningAnswers()
    {
        var refusal = Of(new BudgetShortage(BudgetScope.User, Day, false, 100, 900, 1000, 200));

        Assert.Contains("still being written", refusal.Message, StringComparison.Ordinal);
        Assert.True(refusal.RetryAfter < TimeSpan.FromMinutes(1));
    }

    [Fact]
    public void Of_MoreThanTheWholeBudget_DoesNotSendThePersonToTomorrow()
    {
        var refusal = Of(new BudgetShortage(BudgetScope.User, Day, false, 0, 0, 1000, 5000));

        Assert.Contains("more than your daily budget allows", refusal.Message, StringComparison.Ordinal);
    }

    private static ConvoException Of(params BudgetShortage[] shortages) => BudgetRefusal.Of(shortages, Calendar.Zone, Now);
}
