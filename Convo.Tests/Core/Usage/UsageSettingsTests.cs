using Convo.Core.Models;
using Convo.Core.Usage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace Convo.Tests.Core.Usage;

public sealed class UsageSettingsTests
{
    [Fact]
    public void Options_NothingSet_AreUtcAndTwoHundredThousandTokens()
    {
        var options = OptionsOf();

        Assert.Equal(200_000, options.DailyTokens);
        Assert.Equal(TimeSpan.Zero, options.Zone.BaseUtcOffset);
    }

    [Fact]
    public void Options_Set_AreRead()
    {
        var options = OptionsOf(("DAILY_TOKEN_BUDGET", "5000"), ("Convo:DailyTokenBudget", "7"), ("Convo:TimeZone", "Europe/Berlin"));

        Assert.Equal((5000, "Europe/Berlin"), (options.DailyTokens, options.Zone.Id));
    }

    [Theory]
    [InlineData("DAILY_TOKEN_BUDGET", "-1")]
    [InlineData("DAILY_TOKEN_BUDGET", "NaN")]
    [InlineData("DAILY_TOKEN_BUDGET", "1e9")]
    [InlineData("DAILY_TOKEN_BUDGET", "99999999999999999999")]
    [InlineData("DAILY_TOKEN_BUDGET", "")]
    [InlineData("Convo:TimeZone", "Mars/Olympus")]
    [InlineData("Convo:TimeZone", "")]
    [InlineData("Convo:HoldLifetime", "00:00:01")]
    [InlineData("Convo:ReconcileEvery", "10:00:00")]
    public void Options_ThatCannotBeRight_NameTheKeyAndWhatIsAllowed(string key, string value)
    {
        var fault = Assert.Throws<OptionsValidationException>(() => OptionsOf((key, value)));

        Assert.Contains(key, fault.Message, StringComparison.Ordinal);
        Assert.Contains("Allowed:", fault.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void CostUnits_RoundAsTheLedgerDoes()
    {
        Assert.Equal(1, CostUnits.FromDollars(0.00000000005m));
        Assert.Equal(0, CostUnits.FromDollars(0.00000000004999m));
        Assert.Equal(900_719_925_4740_992, CostUnits.FromDollars(900_719.9254740992m));
    }

    [Fact]
    public void CostUnits_HoldAtLeastWhatCanBePaid()
    {
        var prices = new ModelPrices(0.0375123m, 0.5m, 0.6000123457m);
        var (units, millionths) = CostUnits.PerOutputToken(prices);

        foreach (var tokens in new[] { 0, 1, 7, 1000, 128_000 })
        {
            var held = CostUnits.OfInput(prices, tokens) + tokens * units + (long)Math.Ceiling(tokens * (decimal)millionths / 1_000_000m);
            Assert.InRange(held - CostUnits.FromDollars(prices.CostOf(tokens, tokens, tokens)), 0, 2);
        }
    }

    private static UsageOptions OptionsOf(params (string Key, string Value)[] settings)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(settings.Select(setting => KeyValuePair.Create<string, string?>(setting.Key, setting.Value)))
            .Build();
        using var services = new ServiceCollection().AddConvoUsage(configuration).BuildServiceProvider();
        return services.GetRequiredService<IOptions<UsageOptions>>().Value;
    }
}
