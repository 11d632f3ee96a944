using Convo.Core.Accounts;
using Convo.Core.Shared;
using Convo.Web.Components.Shared;
using Microsoft.AspNetCore.Components;

namespace Convo.Web.Components.Admin.Shared;

/// <summary>
/// A part of an administrators' page: asks who acts before each action, because a circuit outlives the right to act, and keeps what went wrong
/// to be shown beside the button that was pressed.
/// </summary>
public abstract class ActingComponent : ComponentBase
{
    [Inject] private CurrentPerson Current { get; set; } = null!;

    [Inject] private Failures Failures { get; set; } = null!;

    private protected ConvoException? Problem { get; private set; }

    protected bool Busy { get; private set; }

    /// <summary>False when it failed; <see cref="Problem"/> then says why.</summary>
    protected async Task<bool> TryAsync(Func<Caller, Task> action)
    {
        (Busy, Problem) = (true, null);
        try
        {
            await action(await Current.CallerAsync());
            return true;
        }
        catch (Exception e)
        {
            Problem = Failures.Plain(e);
            return false;
        }
        finally
        {
            Busy = false;
        }
    }

    protected void Forgive() => Problem = null;
}
