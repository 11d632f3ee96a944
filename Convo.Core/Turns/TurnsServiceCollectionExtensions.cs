using Convo.Core.Shared;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Convo.Core.Turns;

public static class TurnsServiceCollectionExtensions
{
    /// <summary>The turn engine. One hosted service runs the turns of this node, one keeps them, another ends those that a dead node left.</summary>
    /// <param name="soleNode">No other node can share the database: what streams at start was left by a crash.</param>
    public static IServiceCollection AddConvoTurns(this IServiceCollection services, IConfiguration configuration, bool soleNode = false)
    {
        services.Configure<TurnOptions>(configuration.GetSection(TurnOptions.Section));
        services.Configure<TurnOptions>(options => options.SoleNode |= soleNode);
        services.AddSingleton<LiveTurns>();
        services.AddSingleton<TurnDrain>();
        services.AddSingleton<IHealthProbe>(provider => provider.GetRequiredService<TurnDrain>());
        services.AddSingleton<ITurnStops, TurnStops>();
        services.AddSingleton<PromptBuilder>();
        services.AddSingleton<TurnPictures>();
        services.AddSingleton<Models.TitleModel>();
        services.AddSingleton<TitleWriter>();
        services.AddSingleton<TurnSizer>();
        services.AddSingleton<IMessageEstimator, MessageEstimator>();
        services.AddSingleton<TurnGeneration>();
        services.AddSingleton<TurnSettlement>();
        services.AddSingleton<TurnPublisher>();
        services.AddSingleton<TurnRunner>();
        services.AddSingleton<TurnHost>();
        services.AddSingleton<TurnReaper>();
        services.AddSingleton<RemoteTurnReader>();
        services.AddSingleton<ITurnReader, TurnReader>();
        services.AddSingleton<ITurnService, TurnService>();
        services.AddHostedService<TurnKeeper>();
        services.AddHostedService(provider => provider.GetRequiredService<TurnHost>());
        services.AddHostedService(provider => provider.GetRequiredService<TurnReaper>());
        return services;
    }
}
