using Convo.Core.Shared;
using Convo.Core.Turns;

namespace Convo.Core.Accounts;

/// <summary>Why an administrator looks into what is another person's.</summary>
internal static class AuditReason
{
    public const int MaxLength = 500;

    /// <exception cref="ConvoException">400, field <c>reason</c>.</exception>
    public static string Require(string? reason)
    {
        TurnValidation.CheckText(reason, "reason");
        var said = reason?.Trim() ?? "";
        return said.Length is > 0 and <= MaxLength && !said.Any(char.IsControl)
            ? said
            : throw ConvoException.Invalid("reason", $"Say why, in one line of at most {MaxLength} characters. The owner and the audit log show it.");
    }
}
