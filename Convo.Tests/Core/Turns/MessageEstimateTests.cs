using Convo.Core.Models;
using Convo.Core.Turns;
using Convo.Core.Usage;

namespace Convo.Tests.Core.Turns;

/// <summary>What is shown before sending agrees with what admission would say.</summary>
public sealed class MessageEstimateTests
{
    private static readonly ModelInfo Model = new("small-1", "openai", "Small", 128_000, 4_096, new ModelPrices(1m, 0.5m, 10m));
    private static readonly TurnSize Size = new(1_000, 4_096, 256, Model.Prices);

    [Fact]
    public void Describe_NothingLimited_FitsAndNamesNoBudget()
    {
        var estimate = MessageEstimator.Describe(Model, Size, []);

        Assert.True(estimate.Fits);
        Assert.Null(estimate.Budget);
        Assert.Equal((1_000, 4_096, 0.001m, 0.04196m), (estimate.InputTokens, estimate.MaxOutputTokens, estimate.InputCost, estimate.MaxCost));
    }

    [Theory]
    [InlineData(1_256, true)]
    [InlineData(1_255, false)]
    public void Describe_Tokens_FitWhenTheShortestAnswerDoes(long left, bool fits)
    {
        var estimate = MessageEstimator.Describe(Model, Size, [Budget(left + 500, used: 300, held: 200)]);

        Assert.Equal((fits, left, 1_256), (estimate.Fits, estimate.TokensLeft, estimate.NeededTokens));
    }

    [Theory]
    [InlineData(0.00356, true)]
    [InlineData(0.00355, false)]
    public void Describe_Money_FitsWhenTheShortestAnswerDoes(double left, bool fits)
    {
        var limit = (decimal)left + 1m;
        var budget = new BudgetState(BudgetScope.User, null, BudgetWindow.Day, 0, 0, null, 0.75m, limit, DateTimeOffset.UnixEpoch) { CostHeld = 0.25m };

        var estimate = MessageEstimator.Describe(Model, Size, [budget]);

        Assert.Equal((fits, (decimal)left, 0.00356m), (estimate.Fits, estimate.CostLeft, estimate.NeededCost));
    }

    [Fact]
    public void Describe_PriceUnknown_MoneyBlocksOnlyWhenItIsSpent()
    {
        var unpriced = Size with { Prices = null };
        BudgetState Spent(decimal used) => new(BudgetScope.User, null, BudgetWindow.Day, 0, 0, null, used, 1m, DateTimeOffset.UnixEpoch);

        Assert.True(MessageEstimator.Describe(Model, unpriced, [Spent(0.99m)]).Fits);
        Assert.False(MessageEstimator.Describe(Model, unpriced, [Spent(1m)]).Fits);
        Assert.Null(MessageEstimator.Describe(Model with { Prices = null }, unpriced, []).MaxCost);
    }

    [Fact]
    public void Dearest_ModelsThatMayAnswer_HoldTheHighestOfEachPrice()
    {
        var other = Model with { Id = "other", Prices = new ModelPrices(3m, 0.1m, 9m) };

        Assert.Equal(new ModelPrices(3m, 0.5m, 10m), TurnSizer.Dearest([Model, other, Model with { Prices = null }]));
        Assert.Null(TurnSizer.Dearest([Model with { Prices = null }]));
    }

    [Fact]
    public void Describe_SeveralBudgets_NamesTheOneThatStopsElseTheOneWithTheLeastLeft()
    {
        var (roomy, tight, spent) = (Budget(1_000_000), Budget(9_000), Budget(10));

        Assert.Same(tight, MessageEstimator.Describe(Model, Size, [roomy, tight]).Budget);
        Assert.Same(spent, MessageEstimator.Describe(Model, Size, [roomy, tight, spent]).Budget);
    }

    private static BudgetState Budget(long limit, long used = 0, long held = 0) =>
        new(BudgetScope.User, null, BudgetWindow.Day, used, held, limit, 0, null, DateTimeOffset.UnixEpoch);
}
