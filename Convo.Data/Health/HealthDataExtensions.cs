using Convo.Core.Shared;
using Microsoft.Extensions.DependencyInjection;

namespace Convo.Data.Health;

public static class HealthDataExtensions
{
    public static IServiceCollection AddConvoHealthData(this IServiceCollection services) => services
        .AddSingleton<IHealthProbe, PostgresProbe>()
        .AddSingleton<IHealthProbe, RedisProbe>();
}
