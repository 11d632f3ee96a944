using Convo.Core.Shared;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Convo.Core.Accounts;

/// <summary>Creates what the settings name and is missing; never changes what exists.</summary>
public interface IFirstAdminProvisioning
{
    /// <summary>To be called once the schema stands and before requests are answered.</summary>
    Task EnsureAsync(CancellationToken cancellationToken);
}

internal sealed partial class FirstAdminProvisioning(
    IOptions<FirstAdminOptions> options, IAccountRepository accounts, IApiKeyRepository keys, Passwords passwords, TimeProvider time,
    ILogger<FirstAdminProvisioning> logger) : IFirstAdminProvisioning
{
    public async Task EnsureAsync(CancellationToken cancellationToken)
    {
        var settings = options.Value;
        if (settings.Email is null || settings.Password is null)
        {
            return;
        }

        var normalized = EmailAddress.Normalize(settings.Email);
        var admin = await accounts.FindByEmailAsync(normalized, cancellationToken).ConfigureAwait(false);
        if (admin is null)
        {
            await CreateAsync(settings.Email, settings.Password, cancellationToken).ConfigureAwait(false);
            // Another node may have been faster: whoever is stored counts.
            admin = await accounts.FindByEmailAsync(normalized, cancellationToken).ConfigureAwait(false);
        }

        if (admin is not { Role: Role.Admin })
        {
            LogOtherAdmin(FirstAdminOptions.EmailKey);
        }
        else if (settings.ApiKey is not null)
        {
            var row = ApiKeyService.Row(time, admin.Id, FirstAdminOptions.ApiKeyKey, settings.ApiKey, ApiScopes.All, expiresAt: null);
            var audit = new AuditEntry(time.NewId(), time.GetUtcNow(), null, "api_key.created", "api_key", row.Id.ToString(), "unattended start");
            await keys.AddAsync(row, int.MaxValue, audit, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task CreateAsync(string email, string password, CancellationToken cancellationToken)
    {
        if (await accounts.AnyAdminAsync(cancellationToken).ConfigureAwait(false))
        {
            return;
        }

        var account = SetupService.FirstAdmin(time, email, email[..email.IndexOf('@', StringComparison.Ordinal)], passwords.Hash(password));
        var audit = new AuditEntry(time.NewId(), account.CreatedAt, null, "user.first_admin_created", "user", account.Id.ToString(), "unattended start");
        if (await accounts.CreateFirstAdminAsync(account, linkHash: null, audit, cancellationToken).ConfigureAwait(false) is AccountOutcome.Done)
        {
            LogCreated(account.Id);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The first administrator was created from the settings: user {UserId}")]
    private partial void LogCreated(Guid userId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Convo has another administrator than {Setting} names, so nothing was created from the settings")]
    private partial void LogOtherAdmin(string setting);
}
