using Convo.Core.Accounts;
using Convo.Core.Conversations;
using Convo.Core.Knowledge;
using Convo.Core.Models;
using Convo.Core.Shared;
using Convo.Core.Usage;
using Microsoft.Extensions.Options;

namespace Convo.Core.Turns;

/// <inheritdoc cref="ITurnService"/>
/// <remarks>The budget is asked inside the accepting transaction: a refused request leaves no message behind, and of
/// several with one idempotency key only the first reserves (docs/adr/0002).</remarks>
internal sealed class TurnService(
    ITurnStore store,
    IConversationRepository conversations,
    IBudgetGate budget,
    IModelCatalogue catalogue,
    TurnPictures pictures,
    TurnSizer sizer,
    TurnHost host,
    TurnDrain drain,
    LiveTurns live,
    ITurnStops stops,
    IOptions<TurnOptions> options,
    TimeProvider time) : ITurnService
{
    public async Task<AcceptedTurn> SubmitAsync(Caller caller, SubmitMessage request, CancellationToken cancellationToken)
    {
        drain.EnsureAccepting();
        TurnValidation.Check(request, options.Value);
        var thread = request.ThreadId is { } id ? await ThreadAsync(caller, id, cancellationToken).ConfigureAwait(false) : null;
        TurnValidation.CheckCollections(request.CollectionIds, thread);
        var history = thread is null || request.AsRoot
            ? []
            : await conversations.PathAsync(caller.UserId, thread.Id, request.ParentId, null, int.MaxValue, cancellationToken).ConfigureAwait(false);
        var threadId = thread?.Id ?? time.NewId();
        var userMessageId = time.NewId();
        var draft = new Draft(
            caller, threadId, userMessageId, request.Content, history,
            TurnValidation.Model(catalogue, caller, request.Model, thread?.Model), request.Temperature ?? thread?.Temperature,
            thread?.SystemPrompt ?? request.SystemPrompt, thread?.CollectionIds ?? request.CollectionIds ?? [], request.MaxOutputTokens,
            TurnValidation.Claim(request.IdempotencyKey, request));
        draft = draft with { PictureTokens = await pictures.CheckAsync(caller, draft.Model, request.AttachmentIds ?? [], cancellationToken).ConfigureAwait(false) };
        if (request.AttachmentIds is not { Count: > 0 })
        {
            draft = draft with { Question = TextOnly(draft) };
        }

        return await StartAsync(
            draft,
            thread is null ? new NewThreadRow(request.Model, request.Temperature, request.SystemPrompt, request.CollectionIds ?? []) : null,
            new NewUserMessage(request.Content, request.ParentId, request.AsRoot, request.AttachmentIds ?? [], TitleRule.From(request.Content)),
            request.AttachmentIds ?? [],
            cancellationToken).ConfigureAwait(false);
    }

    public async Task<AcceptedTurn> RegenerateAsync(Caller caller, Guid messageId, RegenerateMessage request, CancellationToken cancellationToken)
    {
        drain.EnsureAccepting();
        var message = await conversations.FindMessageAsync(caller.UserId, messageId, cancellationToken).ConfigureAwait(false) ?? throw ConvoException.NotFound("message");
        var questionId = message.Role == MessageRole.User ? message.Id : message.ParentId
            ?? throw ConvoException.Invalid("message_id", "This message answers nothing, so there is no other answer to ask for.");
        var thread = await ThreadAsync(caller, message.ThreadId, cancellationToken).ConfigureAwait(false);
        var path = await conversations.PathAsync(caller.UserId, thread.Id, questionId, null, int.MaxValue, cancellationToken).ConfigureAwait(false);
        TurnValidation.CheckTemperature(request.Temperature);
        var draft = new Draft(
            caller, thread.Id, questionId, path[^1].Content, [.. path.SkipLast(1)],
            TurnValidation.Model(catalogue, caller, request.Model, thread.Model), request.Temperature ?? thread.Temperature,
            thread.SystemPrompt, thread.CollectionIds, null, TurnValidation.Claim(request.IdempotencyKey, new { messageId, request })) { Question = path[^1] };
        return await StartAsync(draft, null, null, [], cancellationToken).ConfigureAwait(false);
    }

    public async Task<AcceptedTurn?> FindAsync(Caller caller, string idempotencyKey, CancellationToken cancellationToken) =>
        await store.FindByKeyAsync(caller.UserId, idempotencyKey, cancellationToken).ConfigureAwait(false) is { } accepted
            ? await StartedAsync(caller, accepted).ConfigureAwait(false)
            : null;

    public async Task StopAsync(Caller caller, Guid messageId, CancellationToken cancellationToken)
    {
        // What runs here can be stopped without the database.
        if (live.TryFind(messageId, out var running) && running.Plan.Caller.UserId == caller.UserId)
        {
            running.End(EndReason.Stopped);
            return;
        }

        var message = await conversations.FindMessageAsync(caller.UserId, messageId, cancellationToken).ConfigureAwait(false) ?? throw ConvoException.NotFound("message");
        if (message is { Status: MessageStatus.Streaming, TurnId: { } turnId })
        {
            await stops.StopTurnAsync(turnId, cancellationToken).ConfigureAwait(false);
        }
    }

    private async Task<ConversationThread> ThreadAsync(Caller caller, Guid threadId, CancellationToken cancellationToken) =>
        await conversations.FindAsync(caller.UserId, threadId, cancellationToken).ConfigureAwait(false) ?? throw ConvoException.NotFound("thread");

    private async Task<AcceptedTurn> StartAsync(
        Draft draft, NewThreadRow? newThread, NewUserMessage? newMessage, IReadOnlyList<Guid> attachmentIds, CancellationToken cancellationToken)
    {
        var scope = new RetrievalScope(newThread is null ? draft.ThreadId : null, attachmentIds, draft.CollectionIds);
        var size = await sizer.MeasureAsync(
            draft.Caller, scope, draft.SystemPrompt, draft.History, draft.Content, draft.Model, draft.MaxOutputTokens, draft.PictureTokens, cancellationToken).ConfigureAwait(false);
        var now = time.GetUtcNow();
        var turn = new NewTurn(
            draft.Caller, time.NewId(), draft.ThreadId, newThread, newMessage, draft.UserMessageId, time.NewId(),
            draft.Model.Id, draft.Model.Provider, size.Input, draft.Claim, now, now + options.Value.LeaseDuration);
        Hold? hold = null;
        TurnAcceptance accepted;
        try
        {
            accepted = await store.AcceptAsync(
                turn,
                async ct => hold ??= await budget.ReserveAsync(draft.Caller, size.HoldFor(turn.TurnId), ct).ConfigureAwait(false),
                cancellationToken).ConfigureAwait(false);
        }
        catch when (hold is not null)
        {
            await budget.ReleaseAsync(turn.TurnId, CancellationToken.None).ConfigureAwait(false);
            throw;
        }

        if (!accepted.Replayed)
        {
            host.Start(new TurnPlan(
                draft.Caller, turn.TurnId, accepted.ThreadId, accepted.UserMessageId, accepted.AnswerId,
                draft.Model, draft.Temperature, draft.SystemPrompt, draft.CollectionIds, hold!, now, turn.LeaseUntil)
            {
                Path = PathOf(draft, newMessage is null ? draft.Follows : accepted.ParentId),
            });
        }

        return await StartedAsync(draft.Caller, accepted).ConfigureAwait(false);
    }

    private Message TextOnly(Draft draft) => new()
    {
        Id = draft.UserMessageId,
        ThreadId = draft.ThreadId,
        ParentId = draft.Follows,
        Role = MessageRole.User,
        Content = draft.Content,
        Status = MessageStatus.Complete,
        CreatedAt = time.GetUtcNow(),
    };

    /// <summary>What was read before the acceptance is the path of the prompt, unless somebody else has gone on in the thread meanwhile.</summary>
    private static IReadOnlyList<Message>? PathOf(Draft draft, Guid? acceptedParentId) =>
        draft.Question is { } question && acceptedParentId == draft.Follows ? [.. draft.History, question] : null;

    /// <summary>The turn runs: what its caller hears must not depend on the caller's patience any more.</summary>
    private async Task<AcceptedTurn> StartedAsync(Caller caller, TurnAcceptance accepted)
    {
        var messages = await conversations.FindPairAsync(caller.UserId, accepted.UserMessageId, accepted.AnswerId, CancellationToken.None).ConfigureAwait(false);
        return messages is [var question, var answer] ? new AcceptedTurn(question, answer, accepted.Replayed) : throw ConvoException.NotFound("message");
    }

    /// <summary>A request with everything resolved that does not need the transaction.</summary>
    private sealed record Draft(
        Caller Caller, Guid ThreadId, Guid UserMessageId, string Content, IReadOnlyList<Message> History, ModelInfo Model, double? Temperature,
        string? SystemPrompt, IReadOnlyList<Guid> CollectionIds, int? MaxOutputTokens, IdempotencyClaim? Claim)
    {
        public int PictureTokens { get; init; }

        public Guid? Follows => History is [.., var last] ? last.Id : null;

        /// <summary>The question as the prompt has it, when nothing about it has to be read.</summary>
        public Message? Question { get; init; }
    }
}
