using System.Globalization;
using Convo.Core.Conversations;
using Convo.Core.Knowledge;
using Convo.Core.Models;
using Convo.Core.Models.Middleware;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;

namespace Convo.Core.Turns;

/// <summary>What the provider and the search brought, as far as they came.</summary>
internal sealed class TurnYield
{
    public Retrieval? Retrieval { get; set; }
    public UsageDetails? Usage { get; set; }
    public string? FinishReason { get; set; }

    /// <summary>The model that answers, when it is not the one that was chosen.</summary>
    public ModelInfo? AnsweredBy { get; set; }

    /// <summary>Messages that did not fit into the prompt; null before there is one.</summary>
    public int? OmittedMessages { get; set; }
    public DateTimeOffset? FirstDeltaAt { get; set; }
}

/// <summary>The productive part of a turn: retrieve, prompt, stream.</summary>
internal sealed class TurnGeneration(
    IChatClients clients,
    IRetriever retriever,
    IQuestionRewriter rewriter,
    IConversationRepository conversations,
    PromptBuilder prompts,
    IModelCatalogue catalogue,
    TurnPictures pictures,
    IOptions<TurnOptions> options,
    TimeProvider time)
{
    /// <summary>Appends what happens to the turn's log. What was reached stands in <paramref name="result"/>, also when this throws.</summary>
    public async Task RunAsync(LiveTurn turn, TurnYield result, CancellationToken cancellationToken)
    {
        var plan = turn.Plan;
        turn.Append(new TurnStarted(plan.ThreadId, plan.UserMessageId, plan.AnswerId, plan.Model.Id, plan.Model.Provider));

        var path = plan.Path ?? await conversations.PathAsync(plan.Caller.UserId, plan.ThreadId, plan.UserMessageId, null, int.MaxValue, cancellationToken).ConfigureAwait(false);
        result.Retrieval = await RetrieveAsync(turn, path, cancellationToken).ConfigureAwait(false);

        turn.Append(new TurnStageChanged(TurnStage.Thinking));
        var seen = await pictures.LoadAsync(plan.Caller, plan.Model, path, cancellationToken).ConfigureAwait(false);
        var prompt = prompts.Build(plan.SystemPrompt, path, result.Retrieval, plan.Model, plan.Hold.OutputTokens, seen);
        turn.PromptTokens = prompt.Tokens;
        result.OmittedMessages = prompt.OmittedMessages;
        if (prompt.OmittedMessages > 0)
        {
            turn.Append(new TurnContextCut(prompt.OmittedMessages));
        }

        await StreamAsync(turn, prompt, result, cancellationToken).ConfigureAwait(false);
    }

    private async Task<Retrieval> RetrieveAsync(LiveTurn turn, IReadOnlyList<Message> path, CancellationToken cancellationToken)
    {
        var plan = turn.Plan;
        var scope = new RetrievalScope(plan.ThreadId, [.. path.SelectMany(m => m.Attachments).Select(a => a.Id).Distinct()], plan.CollectionIds);
        if (await retriever.MaxTokensAsync(plan.Caller, scope, cancellationToken).ConfigureAwait(false) == 0)
        {
            return Retrieval.None;
        }

        turn.Append(new TurnStageChanged(TurnStage.Retrieving));
        var question = await rewriter.RewriteAsync(new FollowUpQuestion(plan.Caller, plan.ThreadId, plan.AnswerId, plan.Model, path), cancellationToken).ConfigureAwait(false);
        var query = new RetrievalQuery(question, scope, TokenBudget: options.Value.RetrievalTokenBudget);
        var retrieval = await retriever.RetrieveAsync(plan.Caller, query, cancellationToken).ConfigureAwait(false);
        return question == path[^1].Content ? retrieval : retrieval with { Question = path[^1].Content };
    }

    private async Task StreamAsync(LiveTurn turn, Prompt prompt, TurnYield result, CancellationToken cancellationToken)
    {
        var plan = turn.Plan;
        var request = new ChatOptions
        {
            ModelId = plan.Model.Id,
            MaxOutputTokens = plan.Hold.OutputTokens,
            // Each model that is asked drops what it does not take.
            Temperature = (float?)plan.Temperature,
        };

        await foreach (var update in clients.For(plan.Model, catalogue.FallbacksFor(plan.Caller, plan.Model)).GetStreamingResponseAsync(prompt.Messages, request, cancellationToken).ConfigureAwait(false))
        {
            if (update.Contents.OfType<UsageContent>().LastOrDefault() is { } usage)
            {
                result.Usage = usage.Details;
            }

            if (update.Contents.OfType<ModelSwitched>().LastOrDefault() is { } switched)
            {
                result.AnsweredBy = switched.Model;
                turn.Append(new TurnModelSwitched(switched.Model.Id, switched.Model.Provider, switched.Reason.Code));
            }

            result.FinishReason = update.FinishReason?.Value ?? result.FinishReason;
            if (update.Text is not { Length: > 0 } text)
            {
                continue;
            }

            if (result.FirstDeltaAt is null)
            {
                result.FirstDeltaAt = time.GetUtcNow();
                turn.Append(new TurnStageChanged(TurnStage.Answering));
            }

            turn.Append(new TurnDelta(text));
        }
    }
}
