using Convo.Core.Accounts;
using Convo.Core.Models;
using Convo.Core.Shared;
using Convo.Core.Turns;
using Microsoft.Extensions.Options;

namespace Convo.Core.Conversations;

/// <inheritdoc cref="IConversationService"/>
internal sealed class ConversationService(
    IConversationRepository conversations, IModelCatalogue catalogue, ITurnStops stops, IOptions<TurnOptions> turnOptions, TimeProvider time) : IConversationService
{
    private const int MaxTitleLength = 200;
    private const int MaxPromptLength = 32_000;

    public Task<Page<ConversationThread>> ListAsync(Caller caller, ThreadFilter filter, CancellationToken cancellationToken)
    {
        TurnValidation.CheckText(filter.Query, "q");
        return conversations.ListAsync(caller.UserId, filter, cancellationToken);
    }

    public async Task<ConversationThread> CreateAsync(Caller caller, NewThread thread, CancellationToken cancellationToken)
    {
        Check(caller, thread.Title, thread.Model, thread.Temperature, thread.SystemPrompt);
        var id = time.NewId();
        await conversations.CreateAsync(caller.UserId, id, thread with { Title = Tidy(thread.Title) }, time.GetUtcNow(), cancellationToken).ConfigureAwait(false);
        return await GetAsync(caller, id, cancellationToken).ConfigureAwait(false);
    }

    public async Task<ConversationThread> GetAsync(Caller caller, Guid threadId, CancellationToken cancellationToken) =>
        await conversations.FindAsync(caller.UserId, threadId, cancellationToken).ConfigureAwait(false) ?? throw ConvoException.NotFound("thread");

    public async Task<ConversationThread> ChangeAsync(Caller caller, Guid threadId, ThreadChange change, CancellationToken cancellationToken)
    {
        var thread = await GetAsync(caller, threadId, cancellationToken).ConfigureAwait(false);
        var changed = thread with
        {
            Title = Tidy(change.Title.Or(thread.Title)),
            Model = change.Model.Or(thread.Model),
            Temperature = change.Temperature.Or(thread.Temperature),
            SystemPrompt = change.SystemPrompt.Or(thread.SystemPrompt),
            Pinned = change.Pinned.Or(thread.Pinned),
            Archived = change.Archived.Or(thread.Archived),
            CollectionIds = change.CollectionIds.Or(thread.CollectionIds),
            LeafId = change.LeafId.IsSet ? change.LeafId.Value : thread.LeafId,
        };
        Check(caller, changed.Title, change.Model.IsSet ? changed.Model : null, changed.Temperature, changed.SystemPrompt);
        return await conversations.UpdateAsync(caller.UserId, changed, cancellationToken).ConfigureAwait(false)
            ? await GetAsync(caller, threadId, cancellationToken).ConfigureAwait(false)
            : throw ConvoException.NotFound("thread, message or collection");
    }

    public async Task DeleteAsync(Caller caller, Guid threadId, CancellationToken cancellationToken)
    {
        foreach (var turnId in await conversations.RunningTurnsAsync(caller.UserId, threadId, cancellationToken).ConfigureAwait(false))
        {
            await stops.StopTurnAsync(turnId, cancellationToken).ConfigureAwait(false);
        }

        if (!await conversations.DeleteAsync(caller.UserId, threadId, cancellationToken).ConfigureAwait(false))
        {
            throw ConvoException.NotFound("thread");
        }
    }

    public async Task<IReadOnlyList<Message>> PathAsync(
        Caller caller, Guid threadId, Guid? leaf, Guid? before, int limit, CancellationToken cancellationToken)
    {
        var path = await conversations.PathAsync(caller.UserId, threadId, leaf, before, limit, cancellationToken).ConfigureAwait(false);
        if (path.Count == 0)
        {
            // Empty and unknown look alike in one statement; only the rare empty answer pays for telling them apart.
            await GetAsync(caller, threadId, cancellationToken).ConfigureAwait(false);
            if (leaf is not null || before is not null)
            {
                await EnsureInThreadAsync(caller, threadId, (leaf ?? before)!.Value, cancellationToken).ConfigureAwait(false);
            }
        }

        return path;
    }

    public Task<IReadOnlyList<Message>> AllMessagesAsync(Caller caller, Guid threadId, CancellationToken cancellationToken) =>
        conversations.AllMessagesAsync(caller.UserId, threadId, cancellationToken);

    public async Task<Message> GetMessageAsync(Caller caller, Guid messageId, CancellationToken cancellationToken) =>
        await conversations.FindMessageAsync(caller.UserId, messageId, cancellationToken).ConfigureAwait(false) ?? throw ConvoException.NotFound("message");

    public async Task<Message> ReviseAsync(Caller caller, Guid messageId, string content, CancellationToken cancellationToken)
    {
        TurnValidation.CheckContent(content, turnOptions.Value);
        var message = await GetMessageAsync(caller, messageId, cancellationToken).ConfigureAwait(false);
        if (message.Role != MessageRole.Assistant)
        {
            throw ConvoException.Invalid("content", "A sent message is not overwritten: send the changed text as a new branch.");
        }

        return await conversations.ReviseAsync(caller.UserId, messageId, time.NewId(), content, time.GetUtcNow(), cancellationToken).ConfigureAwait(false)
            ? await GetMessageAsync(caller, messageId, cancellationToken).ConfigureAwait(false)
            : throw new ConvoException(ProblemKind.Conflict, "turn_running", "This answer is still being written. Stop it or wait, then edit it.");
    }

    public async Task<Message> BranchAsync(Caller caller, Guid messageId, string content, CancellationToken cancellationToken)
    {
        TurnValidation.CheckContent(content, turnOptions.Value);
        var siblingId = time.NewId();
        return await conversations.BranchAsync(caller.UserId, messageId, siblingId, content, time.GetUtcNow(), cancellationToken).ConfigureAwait(false)
            ? await GetMessageAsync(caller, siblingId, cancellationToken).ConfigureAwait(false)
            : throw ConvoException.NotFound("message");
    }

    public async Task<IReadOnlyList<MessageRevision>> RevisionsAsync(Caller caller, Guid messageId, CancellationToken cancellationToken)
    {
        await GetMessageAsync(caller, messageId, cancellationToken).ConfigureAwait(false);
        return await conversations.RevisionsAsync(caller.UserId, messageId, cancellationToken).ConfigureAwait(false);
    }

    public async Task<ConversationThread> ShowBranchAsync(Caller caller, Guid messageId, CancellationToken cancellationToken)
    {
        var message = await GetMessageAsync(caller, messageId, cancellationToken).ConfigureAwait(false);
        var leaf = await conversations.DeepestAsync(caller.UserId, messageId, cancellationToken).ConfigureAwait(false) ?? throw ConvoException.NotFound("message");
        return await ChangeAsync(caller, message.ThreadId, new ThreadChange { LeafId = leaf }, cancellationToken).ConfigureAwait(false);
    }

    private async Task EnsureInThreadAsync(Caller caller, Guid threadId, Guid messageId, CancellationToken cancellationToken)
    {
        var message = await GetMessageAsync(caller, messageId, cancellationToken).ConfigureAwait(false);
        if (message.ThreadId != threadId)
        {
            throw ConvoException.NotFound("message");
        }
    }

    private void Check(Caller caller, string? title, string? model, double? temperature, string? systemPrompt)
    {
        TurnValidation.CheckText(title, "title");
        TurnValidation.CheckText(systemPrompt, "system_prompt");
        TurnValidation.CheckTemperature(temperature);
        if (title?.Length > MaxTitleLength)
        {
            throw ConvoException.Invalid("title", $"A title has at most {MaxTitleLength} characters.");
        }

        if (systemPrompt?.Length > MaxPromptLength)
        {
            throw ConvoException.Invalid("system_prompt", $"A system prompt has at most {MaxPromptLength:N0} characters.");
        }

        if (model is not null)
        {
            TurnValidation.Model(catalogue, caller, model, null);
        }
    }

    private static string? Tidy(string? title) => string.IsNullOrWhiteSpace(title) ? null : title.Trim();
}
