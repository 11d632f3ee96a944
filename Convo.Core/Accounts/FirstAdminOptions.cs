using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.Options;

namespace Convo.Core.Accounts;

/// <summary>The first administrator of an unattended start, from CONVO_ADMIN_EMAIL, CONVO_ADMIN_PASSWORD and CONVO_ADMIN_API_KEY.</summary>
public sealed class FirstAdminOptions
{
    public const string EmailKey = "CONVO_ADMIN_EMAIL";
    public const string PasswordKey = "CONVO_ADMIN_PASSWORD";
    public const string ApiKeyKey = "CONVO_ADMIN_API_KEY";
    public const int MinApiKeyLength = 32;

    public string? Email { get; set; }

    public string? Password { get; set; }

    public string? ApiKey { get; set; }

    internal void Read(IConfiguration configuration)
    {
        Email = NullIfBlank(configuration[EmailKey])?.Trim();
        Password = NullIfBlank(configuration[PasswordKey]);
        ApiKey = NullIfBlank(configuration[ApiKeyKey])?.Trim();
    }

    private static string? NullIfBlank(string? value) => string.IsNullOrWhiteSpace(value) ? null : value;
}

/// <summary>Says everything that is wrong at once, and never repeats a secret.</summary>
internal sealed class FirstAdminOptionsValidator : IValidateOptions<FirstAdminOptions>
{
    public ValidateOptionsResult Validate(string? name, FirstAdminOptions options)
    {
        var faults = Faults(options).ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private static IEnumerable<string> Faults(FirstAdminOptions options)
    {
        if (options.Email is not null && !EmailAddress.IsValid(options.Email))
        {
            yield return $"{FirstAdminOptions.EmailKey} '{options.Email}' is not an e-mail address; write it like name@example.org.";
        }

        if (options.Password is { Length: < Passwords.MinLength or > Passwords.MaxLength })
        {
            yield return $"{FirstAdminOptions.PasswordKey} has {options.Password.Length} characters; {Passwords.MinLength} to {Passwords.MaxLength} are allowed.";
        }

        if ((options.Email is null) != (options.Password is null))
        {
            yield return $"{FirstAdminOptions.EmailKey} and {FirstAdminOptions.PasswordKey} belong together; set both or neither.";
        }

        if (options.ApiKey is not null && options.Email is null)
        {
            yield return $"{FirstAdminOptions.ApiKeyKey} is a key of the administrator that {FirstAdminOptions.EmailKey} names; set that too.";
        }

        // A bearer token is sent in a header, so it is one word of visible ASCII.
        if (options.ApiKey is not null && (options.ApiKey.Length < FirstAdminOptions.MinApiKeyLength || options.ApiKey.Any(c => c is <= ' ' or > '~')))
        {
            yield return $"{FirstAdminOptions.ApiKeyKey} has {options.ApiKey.Length} characters; at least {FirstAdminOptions.MinApiKeyLength} "
                + "letters, digits and signs without spaces are needed.";
        }
    }
}
