using Convo.Core.Models;
using Microsoft.Extensions.DependencyInjection;

namespace Convo.Data.Models;

public static class ModelsDataExtensions
{
    /// <summary>The catalogue as administrators changed it, in PostgreSQL, announced over Redis.</summary>
    public static IServiceCollection AddConvoModelsData(this IServiceCollection services)
    {
        services.AddSingleton<IModelStore, PgModelStore>();
        services.AddSingleton<IModelSignals, RedisModelSignals>();
        return services;
    }
}
