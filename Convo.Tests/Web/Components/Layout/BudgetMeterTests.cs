using Bunit;
using Convo.Core.Usage;
using Convo.Web.Components.Layout;
using Microsoft.Extensions.DependencyInjection;

namespace Convo.Tests.Web.Components.Layout;

public sealed class BudgetMeterTests : ComponentTest
{
    [Theory]
    [InlineData(0, null, "0 of 200,000 tokens used")]
    [InlineData(149_999, null, "149,999 of 200,000 tokens used")]
    [InlineData(150_000, "warn", "150,000 of 200,000 tokens used, running low")]
    [InlineData(180_000, "bad", "180,000 of 200,000 tokens used, nearly used up")]
    [InlineData(230_000, "bad", "230,000 of 200,000 tokens used, nearly used up")]
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
    public async Task Meter_NothingLimited_IsAbsent() => Assert.Empty((await ShowAsync()).FindAll("[role=meter]"));

    private async Task<IRenderedComponent<BudgetMeter>> ShowAsync()
    {
        await Services.GetRequiredService<BudgetWatch>().RefreshAsync();
        return Render<BudgetMeter>();
    }
}
