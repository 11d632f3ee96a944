using Convo.Core.Models;

namespace Convo.Core.Usage;

/// <summary>
/// Money as whole numbers of ten-billionths of a US dollar (1e-10 USD): the ledger's scale, so a counter equals the ledger's sum to the
/// last digit. Lua's doubles hold whole numbers exactly up to 2^53, which is 900,719 USD in one window; the counters themselves are 64-bit.
/// </summary>
public static class CostUnits
{
    public const decimal PerDollar = 10_000_000_000m;

    private const decimal TokensPerPrice = 1_000_000m;

    /// <summary>Rounded as PostgreSQL's numeric rounds: half away from zero.</summary>
    public static long FromDollars(decimal dollars) => checked((long)decimal.Round(dollars * PerDollar, 0, MidpointRounding.AwayFromZero));

    public static decimal ToDollars(long units) => units / PerDollar;

    /// <summary>An amount as the ledger stores it.</summary>
    public static decimal Rounded(decimal dollars) => ToDollars(FromDollars(dollars));

    /// <summary>The most that an input can cost, rounded up: nothing of it comes from the provider's cache.</summary>
    public static long OfInput(ModelPrices prices, int tokens) =>
        (long)decimal.Ceiling(Math.Max(prices.Input, prices.CachedInput) * PerDollar / TokensPerPrice * tokens);

    /// <summary>
    /// The price of an output token as whole units and millionths of a unit, rounded up, so that a script can multiply without leaving 2^53.
    /// </summary>
    public static (long Units, long Millionths) PerOutputToken(ModelPrices prices)
    {
        var perMillion = (long)decimal.Ceiling(prices.Output * PerDollar);
        return (perMillion / (long)TokensPerPrice, perMillion % (long)TokensPerPrice);
    }
}
