using Convo.Core.Accounts;
using Convo.Core.Shared;

namespace Convo.Data.Usage;

internal static class AdminOnly
{
    public static void Check(Caller caller)
    {
        if (!caller.IsAdmin)
        {
            throw new ConvoException(ProblemKind.Forbidden, "forbidden", "Only administrators see and change everybody's budgets. Ask one of them.");
        }
    }
}
