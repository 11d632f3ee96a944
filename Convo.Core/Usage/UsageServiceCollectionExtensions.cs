using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Convo.Core.Usage;

public static class UsageServiceCollectionExtensions
{
    /// <summary>The rules of budgets. A setting that cannot be right stops the start.</summary>
    public static IServiceCollection AddConvoUsage(this IServiceCollection services, IConfiguration configuration)
    {
        services.TryAddSingleton(TimeProvider.System);
        services.AddOptionsWithValidateOnStart<UsageOptions, UsageOptionsValidator>().Configure(options =>
        {
            configuration.GetSection("Convo").Bind(options);
            // The name of the system that Convo replaces goes before the section's.
            options.DailyTokenBudget = configuration[UsageOptions.DailyTokenBudgetKey] ?? options.DailyTokenBudget;
        });
        services.TryAddSingleton(provider => new BudgetCalendar(provider.GetRequiredService<IOptions<UsageOptions>>().Value.Zone));
        services.TryAddSingleton<BudgetRules>();
        services.TryAddSingleton<UsageMetrics>();
        services.TryAddSingleton<HeldUse>();
        return services;
    }
}
