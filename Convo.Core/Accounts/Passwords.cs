using Convo.Core.Shared;
using Microsoft.AspNetCore.Identity;

namespace Convo.Core.Accounts;

/// <summary>Password rules and hashing (ASP.NET Core Identity's PBKDF2-HMAC-SHA512).</summary>
internal sealed class Passwords(IPasswordHasher<Account> hasher)
{
    public const int MinLength = 8;

    /// <summary>Bounds the work of hashing.</summary>
    public const int MaxLength = 256;

    /// <summary>OWASP's figure for PBKDF2-HMAC-SHA512 (Password Storage Cheat Sheet).</summary>
    public const int Iterations = 210_000;

    // Length and a list of the commonest beat rules about digits and signs (NIST SP 800-63B, section 3.1.1.2).
    private static readonly HashSet<string> Common = new(StringComparer.OrdinalIgnoreCase)
    {
        "password", "password1", "password12", "password123", "passw0rd", "12345678", "123456789", "1234567890", "11111111", "00000000", "87654321",
        "qwertyui", "qwertyuiop", "qwerty123", "1q2w3e4r", "asdfghjk", "iloveyou", "sunshine", "princess", "football", "baseball", "superman",
        "letmein1", "welcome1", "welcome123", "admin123", "administrator", "changeme", "trustno1", "abcd1234", "abc12345", "computer", "starwars",
    };

    private readonly Lazy<string> _decoy = new(() => hasher.HashPassword(null!, Secrets.NewToken()));

    /// <exception cref="ConvoException">400 <c>invalid_request</c>, field <c>password</c>.</exception>
    public static string Require(string? password, string email)
    {
        if (password is null || password.Length < MinLength || password.Length > MaxLength)
        {
            throw ConvoException.Invalid("password", $"A password has {MinLength} to {MaxLength} characters.");
        }

        if (Common.Contains(password) || password.Distinct().Count() < 4)
        {
            throw ConvoException.Invalid("password", "This password is among the first that an attacker tries. Choose another one; a few words in a row are good.");
        }

        return string.Equals(password, email, StringComparison.OrdinalIgnoreCase)
            ? throw ConvoException.Invalid("password", "The password must not be the e-mail address.")
            : password;
    }

    public string Hash(string password) => hasher.HashPassword(null!, password);

    /// <summary>
    /// Whether it is the account's password, and a new hash when the stored one is of an older kind. For an account that does not exist or has
    /// no password the work is the same, so that the time of the answer does not tell.
    /// </summary>
    public (bool Right, string? Rehashed) Verify(Account? account, string password)
    {
        var known = account?.PasswordHash;
        var result = hasher.VerifyHashedPassword(null!, known ?? _decoy.Value, password);
        var right = known is not null && result is not PasswordVerificationResult.Failed;
        return (right, right && result is PasswordVerificationResult.SuccessRehashNeeded ? Hash(password) : null);
    }
}
