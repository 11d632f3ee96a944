using Convo.Core.Accounts;
using Microsoft.Extensions.DependencyInjection;

namespace Convo.Data.Accounts;

public static class AccountsDataExtensions
{
    public static IServiceCollection AddConvoAccountsData(this IServiceCollection services)
    {
        services.AddSingleton<IAccountRepository, PgAccountRepository>();
        services.AddSingleton<IUserRepository, PgUserRepository>();
        services.AddSingleton<IApiKeyRepository, PgApiKeyRepository>();
        services.AddSingleton<ITeamRepository, PgTeamRepository>();
        services.AddSingleton<ISessionRepository, PgSessionRepository>();
        services.AddSingleton<IExternalLoginRepository, PgExternalLoginRepository>();
        services.AddSingleton<IMyDataRepository, PgMyDataRepository>();
        services.AddSingleton<IAuditRepository, PgAuditRepository>();
        services.AddSingleton<IRevokedTurnRepository, PgRevokedTurns>();
        services.AddSingleton<IKeyRingStore, PgKeyRingStore>();
        return services;
    }
}
