using Convo.Core.Shared;

namespace Convo.Core.Accounts;

/// <summary>Names that people give to themselves and to keys.</summary>
internal static class Names
{
    public const int MaxLength = 100;

    /// <exception cref="ConvoException">400 when it is empty, too long or has control characters.</exception>
    public static string Require(string? name, string field = "name")
    {
        var trimmed = name?.Trim() ?? "";
        return trimmed.Length is > 0 and <= MaxLength && !trimmed.Any(char.IsControl)
            ? trimmed
            : throw ConvoException.Invalid(field, $"A name has 1 to {MaxLength} characters and no line breaks.");
    }
}
