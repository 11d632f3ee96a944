using Microsoft.AspNetCore.Identity;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;

namespace Convo.Core.Accounts;

public static class AccountsServiceCollectionExtensions
{
    public static IServiceCollection AddConvoAccounts(this IServiceCollection services)
    {
        services.AddOptionsWithValidateOnStart<FirstAdminOptions, FirstAdminOptionsValidator>()
            .Configure<IConfiguration>((options, configuration) => options.Read(configuration));
        services.AddOptionsWithValidateOnStart<OrganisationOptions, OrganisationOptionsValidator>()
            .Configure<IConfiguration>((options, configuration) => options.Read(configuration));
        services.AddOptionsWithValidateOnStart<OpenIdSettings, OpenIdSettingsValidator>()
            .Configure<IConfiguration>((options, configuration) => options.Read(configuration));
        services.AddOptions<PasswordHasherOptions>().Configure(options => options.IterationCount = Passwords.Iterations);

        services.TryAddSingleton(TimeProvider.System);
        services.TryAddSingleton<IPasswordHasher<Account>, PasswordHasher<Account>>();
        services.AddSingleton<Passwords>();
        services.AddSingleton<IdentityService>();
        services.AddSingleton<IIdentityService>(provider => provider.GetRequiredService<IdentityService>());
        services.AddSingleton<SignInService>();
        services.AddSingleton<ISignInService>(provider => provider.GetRequiredService<SignInService>());
        services.AddSingleton<ISetupService, SetupService>();
        services.AddSingleton<IFirstAdminProvisioning, FirstAdminProvisioning>();
        services.AddSingleton<IApiKeyService, ApiKeyService>();
        services.AddSingleton<IUserAdministration, UserAdministration>();
        services.AddSingleton<ITeamAdministration, TeamAdministration>();
        services.AddSingleton<ISessionService, SessionService>();
        services.AddSingleton<IRevokedTurns, RevokedTurns>();
        services.AddSingleton<IExternalSignInService, ExternalSignInService>();
        services.AddSingleton<IMyData, MyDataService>();
        services.AddSingleton<IRetention, Retention>();
        services.AddSingleton<IAuditLog, AuditLogReader>();
        return services;
    }
}
