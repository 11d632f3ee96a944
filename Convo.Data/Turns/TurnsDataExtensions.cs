using Convo.Core.Turns;
using Microsoft.Extensions.DependencyInjection;

namespace Convo.Data.Turns;

public static class TurnsDataExtensions
{
    public static IServiceCollection AddConvoTurnsData(this IServiceCollection services) =>
        services.AddSingleton<ITurnStore, PgTurnStore>().AddSingleton<ITurnLog, RedisTurnLog>();
}
