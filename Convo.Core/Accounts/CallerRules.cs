using Convo.Core.Shared;

namespace Convo.Core.Accounts;

/// <summary>Rules that services check themselves, so that no route or component has to be trusted with them.</summary>
public static class CallerRules
{
    /// <exception cref="ConvoException">403 <c>admin_only</c>.</exception>
    public static void RequireAdmin(this Caller caller)
    {
        if (!caller.IsAdmin)
        {
            throw new ConvoException(ProblemKind.Forbidden, "admin_only", caller.ApiKeyId is null
                ? "Only an administrator may do this. Ask one."
                : "Only an administrator's key with the scope admin may do this.");
        }
    }
}
