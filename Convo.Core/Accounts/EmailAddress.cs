using System.Text.RegularExpressions;
using Convo.Core.Shared;

namespace Convo.Core.Accounts;

/// <summary>E-mail addresses as names of accounts.</summary>
internal static partial class EmailAddress
{
    /// <summary>RFC 5321, section 4.5.3.1.3, less the angle brackets.</summary>
    private const int MaxLength = 254;

    /// <exception cref="ConvoException">400 when it cannot be an address.</exception>
    public static string Require(string? email)
    {
        var address = email?.Trim() ?? "";
        return address.Length <= MaxLength && Pattern().IsMatch(address)
            ? address
            : throw ConvoException.Invalid("email", "This is not an e-mail address. Write it like name@example.org.");
    }

    public static bool IsValid(string email) => email.Length <= MaxLength && Pattern().IsMatch(email);

    /// <summary>One spelling for all ways to write an address.</summary>
    public static string Normalize(string email) => email.Trim().Normalize().ToUpperInvariant();

    // \p{C}: control and format characters, which look like nothing and make two addresses look the same.
    [GeneratedRegex(@"^[^@\s\p{C}]+@[^@\s\p{C}]+$", RegexOptions.NonBacktracking)]
    private static partial Regex Pattern();
}
