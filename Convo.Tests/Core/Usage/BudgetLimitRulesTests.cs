using Convo.Core.Shared;
using Convo.Core.Usage;

namespace Convo.Tests.Core.Usage;

public sealed class BudgetLimitRulesTests
{
    private static readonly BudgetLimit Good = new(BudgetScope.User, null, BudgetWindow.Day, 1000, 1.5m);

    public static TheoryData<string, BudgetLimit> Wrong() => new()
    {
        { "token_limit", Good with { TokenLimit = -1 } },
        { "token_limit", Good with { TokenLimit = long.MaxValue } },
        { "cost_limit", Good with { CostLimit = -0.01m } },
        { "cost_limit", Good with { CostLimit = 900_001m } },
        { "cost_limit", Good with { CostLimit = 0.00000000001m } },
        { "warn_percent", Good with { WarnPercent = 0 } },
        { "warn_percent", Good with { WarnPercent = 101 } },
        { "scope", Good with { Scope = (BudgetScope)9 } },
        { "window", Good with { Window = (BudgetWindow)9 } },
        { "scope_id", Good with { Scope = BudgetScope.Global, ScopeId = new Guid("00000000-0000-0000-0000-000000000001") } },
    };

    [Theory]
    [MemberData(nameof(Wrong))]
    public void Check_ALimitThatCannotBeRight_NamesTheField(string field, BudgetLimit limit)
    {
        var fault = Assert.Throws<ConvoException>(() => BudgetLimitRules.Check(limit));

        Assert.Equal((ProblemKind.Invalid, field), (fault.Kind, fault.Field));
    }

    [Fact]
    public void Check_ALimit_IsAccepted()
    {
        BudgetLimitRules.Check(Good);
        BudgetLimitRules.Check(Good with { TokenLimit = 0, CostLimit = 0 });
        BudgetLimitRules.Check(Good with { TokenLimit = null, CostLimit = null });
    }
}
