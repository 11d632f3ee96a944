using Convo.Core.Usage;

namespace Convo.Web.Components.Layout;

/// <summary>Tells open pages that somebody changed a budget, on whatever node; pages come and go, the store is told of one listener.</summary>
internal sealed class LimitChanges
{
    public LimitChanges(IBudgetLimits limits) => limits.OnChanged(() => Changed?.Invoke());

    public event Action? Changed;
}
