using Convo.Core.Accounts;
using Convo.Core.Conversations;
using Convo.Core.Knowledge;
using Convo.Core.Models;
using Convo.Core.Shared;
using Convo.Core.Usage;
using Microsoft.Extensions.Options;

namespace Convo.Core.Turns;

/// <inheritdoc cref="IMessageEstimator"/>
internal sealed class MessageEstimator(
    IConversationRepository conversations, IModelCatalogue catalogue, TurnSizer sizer, TurnPictures pictures, IUsageReader usage, IOptions<TurnOptions> options) : IMessageEstimator
{
    public async Task<MessageEstimate> EstimateAsync(Caller caller, SubmitMessage request, CancellationToken cancellationToken)
    {
        // An empty box is no fault here: it shows what the chat so far costs to read again.
        TurnValidation.Check(string.IsNullOrWhiteSpace(request.Content) ? request with { Content = "?" } : request, options.Value);
        var thread = request.ThreadId is { } id
            ? await conversations.FindAsync(caller.UserId, id, cancellationToken).ConfigureAwait(false) ?? throw ConvoException.NotFound("thread")
            : null;
        var history = thread is null || request.AsRoot
            ? []
            : await conversations.PathAsync(caller.UserId, thread.Id, request.ParentId, null, int.MaxValue, cancellationToken).ConfigureAwait(false);
        var model = TurnValidation.Model(catalogue, caller, request.Model, thread?.Model);
        // Pictures that the model cannot see are refused when the message is sent; here they only cost nothing.
        var seen = model.SupportsImages ? await pictures.CheckAsync(caller, model, request.AttachmentIds ?? [], cancellationToken).ConfigureAwait(false) : 0;
        var scope = new RetrievalScope(thread?.Id, request.AttachmentIds ?? [], thread?.CollectionIds ?? request.CollectionIds ?? []);
        var size = await sizer.MeasureAsync(
            caller, scope, thread?.SystemPrompt ?? request.SystemPrompt, history, request.Content, model, request.MaxOutputTokens, seen, cancellationToken).ConfigureAwait(false);
        return Describe(model, size, await usage.BudgetsAsync(caller, cancellationToken).ConfigureAwait(false));
    }

    internal static MessageEstimate Describe(ModelInfo model, TurnSize size, IReadOnlyList<BudgetState> budgets)
    {
        var needed = size.Prices?.CostOf(size.Input, 0, size.Minimum);
        var without = budgets.FirstOrDefault(budget => !HasRoom(budget, size, needed));
        var deciding = without ?? budgets.MinBy(Left);
        return new MessageEstimate(
            model.QualifiedId, size.Input, size.Output, model.Prices?.CostOf(size.Input, 0, 0), model.Prices?.CostOf(size.Input, 0, size.Output),
            size.Input + size.Minimum, needed, without is null, deciding, deciding?.Limit is { } tokens ? Math.Max(0, tokens - deciding.Used - deciding.Held) : null,
            deciding?.CostLimit is { } cost ? Math.Max(0, cost - deciding.CostUsed - deciding.CostHeld) : null);
    }

    private static bool HasRoom(BudgetState budget, TurnSize size, decimal? needed) =>
        (budget.Limit is not { } tokens || tokens - budget.Used - budget.Held >= size.Input + size.Minimum)
        // Without a price nothing can be held; what is spent already still counts.
        && (budget.CostLimit is not { } cost || (needed is { } price ? cost - budget.CostUsed - budget.CostHeld >= price : cost - budget.CostUsed - budget.CostHeld > 0));

    /// <summary>In tokens where they are limited: of two budgets the one that is used up first is not always the one with the smaller part left.</summary>
    private static decimal Left(BudgetState budget) => budget.Limit is { } tokens ? tokens - budget.Used - budget.Held : decimal.MaxValue;
}
