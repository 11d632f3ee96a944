using Bunit;
using Convo.Core.Usage;
using Convo.Web.Components.Layout;
using Microsoft.Extensions.DependencyInjection;

namespace Convo.Tests.Web.Components.Layout;

public sealed class BudgetMeterTests : ComponentTest
{
    [Theory]
    [InlineData(0, null, "0 of 200,000 tokens used")]
    [InlineData(159_999, null, "159,999 of 200,000 tokens used")]
    [InlineData(160_000, "warn", "160,000 of 200,000 tokens used, running low")]
    [InlineData(190_000, "bad", "190,000 of 200,000 tokens used, nearly used up")]
    [InlineData(230_000, "bad", "230,000 of 200,000 tokens used, used up")]
    public async Task Meter_Share_HasLevelAndExactNumbers(long used, string? level, string text)
    {
        Usage.Limit(used, 200_000);
        var view = await ShowAsync();

        var meter = view.Find("[role=meter]");
        Assert.Equal("Budget", meter.GetAttribute("aria-label"));
        Assert.Equal(text, meter.GetAttribute("aria-valuetext"));
        Assert.Equal(level, meter.GetAttribute("data-level"));
        Assert.Equal(Math.Min(used, 200_000).ToString(System.Globalization.CultureInfo.InvariantCulture), meter.GetAttribute("aria-valuenow"));
    }

    [Fact]
    public async Task Meter_SeveralBudgets_ShowsTheTightest()
    {
        Usage.Limit(10, 1_000);
        Usage.Limit(900, 1_000, BudgetScope.Team);

        Assert.Contains("Team’s budget today", (await ShowAsync()).Markup, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Meter_MoneyIsTighter_ShowsMoney()
    {
        Usage.Budgets.Add(new BudgetState(BudgetScope.User, null, BudgetWindow.Month, 10, 0, 1_000, 4.5m, 5m, Time.GetUtcNow().AddDays(3)));

        var meter = (await ShowAsync()).Find("[role=meter]");
        Assert.Equal("$4.50 of $5.00 used, running low", meter.GetAttribute("aria-valuetext"));
        Assert.Equal(("90", "100"), (meter.GetAttribute("aria-valuenow"), meter.GetAttribute("aria-valuemax")));
    }

    [Fact]
    public async Task Meter_AnAdministratorChangesTheLimit_ShowsItAtOnce()
    {
        Usage.Limit(10, 1_000);
        var view = await ShowAsync();
        Usage.Budgets.Clear();
        Usage.Limit(10, 12);

        await Limits.SetAsync(Caller, new BudgetLimit(BudgetScope.User, Caller.UserId, BudgetWindow.Day, 12, null), null, Xunit.TestContext.Current.CancellationToken);

        view.WaitForAssertion(() => Assert.Equal("10 of 12 tokens used, running low", view.Find("[role=meter]").GetAttribute("aria-valuetext")));
    }

    [Fact]
    public async Task Meter_NothingLimited_IsAbsent() => Assert.Empty((await ShowAsync()).FindAll("[role=meter]"));

    private async Task<IRenderedComponent<BudgetMeter>> ShowAsync()
    {
        await Services.GetRequiredService<BudgetWatch>().RefreshAsync();
        return Render<BudgetMeter>();
    }
}
