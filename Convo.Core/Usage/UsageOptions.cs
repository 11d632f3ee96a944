using System.Globalization;
using Microsoft.Extensions.Options;

namespace Convo.Core.Usage;

/// <summary>Settings of money, as they were written; <see cref="UsageOptionsValidator"/> has read them before anybody else does.</summary>
public sealed class UsageOptions
{
    public const string TimeZoneKey = "Convo:TimeZone";
    public const string DailyTokenBudgetKey = "DAILY_TOKEN_BUDGET";
    public const long DefaultDailyTokenBudget = 200_000;

    /// <summary>IANA name of the zone whose midnight opens budgets again.</summary>
    public string TimeZone { get; set; } = "UTC";

    /// <summary>Tokens a day for everybody whom no budget says otherwise.</summary>
    public string DailyTokenBudget { get; set; } = DefaultDailyTokenBudget.ToString(CultureInfo.InvariantCulture);

    /// <summary>
    /// How long a hold lives without renewal. It bounds both how long a dead node's holds block, and how far apart the clocks of two nodes
    /// may be: less than this minus the time between renewals.
    /// </summary>
    public TimeSpan HoldLifetime { get; set; } = TimeSpan.FromSeconds(90);

    /// <summary>How often counters are compared with the ledger. Shorter than a hold's life, so that a lost settlement is repaired under its hold.</summary>
    public TimeSpan ReconcileEvery { get; set; } = TimeSpan.FromSeconds(60);

    /// <summary>How long one question to Redis may take before budgets count as not available: a person gets an answer within a second.</summary>
    public TimeSpan RedisPatience { get; set; } = TimeSpan.FromMilliseconds(700);

    public TimeZoneInfo Zone => TimeZoneInfo.FindSystemTimeZoneById(TimeZone);

    public long DailyTokens => long.Parse(DailyTokenBudget, NumberStyles.None, CultureInfo.InvariantCulture);
}

internal sealed class UsageOptionsValidator : IValidateOptions<UsageOptions>
{
    public ValidateOptionsResult Validate(string? name, UsageOptions options)
    {
        var failures = new List<string>();
        // PostgreSQL groups days by the same name, so a Windows name that .NET alone understands will not do.
        if (!TimeZoneInfo.TryFindSystemTimeZoneById(options.TimeZone, out var zone) || !zone.HasIanaId)
        {
            failures.Add($"{UsageOptions.TimeZoneKey} is '{options.TimeZone}', which is not a known time zone. Allowed: an IANA name such as Europe/Berlin, or UTC.");
        }

        if (!long.TryParse(options.DailyTokenBudget, NumberStyles.None, CultureInfo.InvariantCulture, out var tokens) || tokens > BudgetLimitRules.MaxTokens)
        {
            failures.Add($"{UsageOptions.DailyTokenBudgetKey} is '{options.DailyTokenBudget}'. Allowed: a whole number of tokens from 0 to {BudgetLimitRules.MaxTokens}.");
        }

        if (options.HoldLifetime < TimeSpan.FromSeconds(30) || options.HoldLifetime > TimeSpan.FromMinutes(30))
        {
            failures.Add($"Convo:HoldLifetime is '{options.HoldLifetime}'. Allowed: 00:00:30 to 00:30:00.");
        }

        if (options.ReconcileEvery < TimeSpan.FromSeconds(1) || options.ReconcileEvery > options.HoldLifetime)
        {
            failures.Add($"Convo:ReconcileEvery is '{options.ReconcileEvery}'. Allowed: 00:00:01 up to Convo:HoldLifetime.");
        }

        if (options.RedisPatience < TimeSpan.FromMilliseconds(50) || options.RedisPatience > TimeSpan.FromSeconds(30))
        {
            failures.Add($"Convo:RedisPatience is '{options.RedisPatience}'. Allowed: 00:00:00.05 to 00:00:30.");
        }

        return failures.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(failures);
    }
}
