using Convo.Core.Accounts;
using Convo.Core.Usage;

namespace Convo.Core.Turns;

/// <summary>Says before a message is sent what it will roughly cost, by the figures that admission goes by.</summary>
public interface IMessageEstimator
{
    /// <summary>Nothing is stored and nothing held.</summary>
    /// <exception cref="Shared.ConvoException">400 unknown model, 404 foreign ids, 413 <c>message_too_long</c>.</exception>
    Task<MessageEstimate> EstimateAsync(Caller caller, SubmitMessage request, CancellationToken cancellationToken);
}

/// <param name="InputTokens">About what is sent: instructions, as much of the chat as fits, passages at their most, the text.</param>
/// <param name="MaxOutputTokens">The answer's cap; most answers are shorter.</param>
/// <param name="InputCost">US dollars; null when the price is not known.</param>
/// <param name="MaxCost">With an answer of <paramref name="MaxOutputTokens"/>.</param>
/// <param name="NeededTokens">The least that has to be left: the prompt, and the shortest answer that is of use.</param>
/// <param name="NeededCost">The same in US dollars.</param>
/// <param name="Fits">Whether it would be admitted now, if need be with a shorter answer.</param>
/// <param name="Budget">The budget that decides: of those without room, else of all, the one with the least left; null when nothing is limited.</param>
/// <param name="TokensLeft">Of that budget, with what running answers hold taken off.</param>
/// <param name="CostLeft">US dollars, as for tokens.</param>
public sealed record MessageEstimate(
    string Model, int InputTokens, int MaxOutputTokens, decimal? InputCost, decimal? MaxCost, int NeededTokens, decimal? NeededCost,
    bool Fits, BudgetState? Budget, long? TokensLeft, decimal? CostLeft);
