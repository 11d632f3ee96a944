using Convo.Core.Models;
using Convo.Core.Shared;
using Convo.Core.Turns;

namespace Convo.Core.Conversations.Import;

/// <summary>Makes a thread of a draft: checks what the database would refuse, orders the tree and gives ids.</summary>
internal sealed class ThreadBuilder(IModelCatalogue catalogue, ImportOptions options, int maxMessageLength)
{
    private const int MaxTitle = 200;
    private const int MaxPrompt = 32_000;
    private const int MaxName = 500;

    public ImportedThread Build(Guid ownerId, ThreadDraft draft, string path)
    {
        Check(draft, path);
        var threadId = ImportIds.OfThread(ownerId, draft);
        var ordered = ParentsFirst(draft.Messages);
        var ids = new Dictionary<string, Guid>();
        var messages = new List<Message>(ordered.Count);
        foreach (var (message, place) in ordered)
        {
            var id = ids[message.Key] = ImportIds.OfMessage(threadId, message, place);
            messages.Add(message.Message with { Id = id, ThreadId = threadId, ParentId = message.ParentKey is { } parent ? ids[parent] : null });
        }

        var leaf = draft.LeafKey is { } key && ids.TryGetValue(key, out var shown) ? shown : messages.MaxBy(m => (m.CreatedAt, m.Id))!.Id;
        var thread = new ConversationThread(
            threadId, ownerId, Shortened(draft.Title), draft.Model is { } model && catalogue.Find(model) is not null ? model : null, draft.Temperature, draft.SystemPrompt,
            draft.Pinned, draft.Archived, leaf, draft.CreatedAt, draft.UpdatedAt, Running: false);
        return new ImportedThread(thread, messages);
    }

    private void Check(ThreadDraft draft, string path)
    {
        if (draft.Messages.Count == 0)
        {
            throw new ConvoException(ProblemKind.Invalid, "empty", "The chat has no message that was shown.") { Field = Place(path, "messages") };
        }

        if (draft.Messages.Count > options.MaxMessagesPerThread)
        {
            throw new ConvoException(ProblemKind.TooLarge, "too_large", $"The chat has {draft.Messages.Count:N0} messages; {options.MaxMessagesPerThread:N0} is the most.") { Field = Place(path, "messages") };
        }

        TurnValidation.CheckText(draft.Title, Place(path, "title"));
        TurnValidation.CheckText(draft.SystemPrompt, Place(path, "system_prompt"));
        if (draft.SystemPrompt?.Length > MaxPrompt)
        {
            throw ConvoException.Invalid(Place(path, "system_prompt"), $"A system prompt has at most {MaxPrompt:N0} characters.");
        }

        if (draft.Temperature is { } t && !(t is >= 0 and <= 2))
        {
            throw ConvoException.Invalid(Place(path, "temperature"), "temperature must be between 0 and 2.");
        }

        foreach (var message in draft.Messages)
        {
            Check(message);
        }
    }

    private void Check(MessageDraft draft)
    {
        var message = draft.Message;
        if (message.Content.Length > maxMessageLength)
        {
            throw new ConvoException(ProblemKind.TooLarge, "too_large", $"A message has {message.Content.Length:N0} characters; {maxMessageLength:N0} is the most.") { Field = $"{draft.Path}.content" };
        }

        TurnValidation.CheckText(message.Content, $"{draft.Path}.content");
        string?[] names = [message.Model, message.Provider, message.FinishReason, message.Error?.Code];
        foreach (var name in names)
        {
            TurnValidation.CheckText(name, draft.Path);
            if (name?.Length > MaxName)
            {
                throw ConvoException.Invalid(draft.Path, $"A name in the message is longer than {MaxName} characters.");
            }
        }

        TurnValidation.CheckText(message.Error?.Detail, $"{draft.Path}.error.detail");
        foreach (var citation in message.Citations)
        {
            TurnValidation.CheckText(citation.Filename, $"{draft.Path}.citations");
            TurnValidation.CheckText(citation.Quote, $"{draft.Path}.citations");
        }
    }

    /// <summary>With the place of each in the file, which orders siblings of the same moment.</summary>
    private static List<(MessageDraft Message, int Place)> ParentsFirst(IReadOnlyList<MessageDraft> messages)
    {
        var places = new Dictionary<string, int>();
        for (var i = 0; i < messages.Count; i++)
        {
            if (!places.TryAdd(messages[i].Key, i))
            {
                throw ConvoException.Invalid($"{messages[i].Path}.id", $"Two messages have the id {messages[i].Key}.");
            }
        }

        if (messages.FirstOrDefault(m => m.ParentKey is { } parent && !places.ContainsKey(parent)) is { } orphan)
        {
            throw ConvoException.Invalid($"{orphan.Path}.parent_id", $"{orphan.Path}.parent_id names no message of this chat.");
        }

        var children = messages.ToLookup(m => m.ParentKey ?? "");
        var ordered = new List<(MessageDraft, int)>(messages.Count);
        var open = new Queue<MessageDraft>(messages.Where(m => m.ParentKey is null));
        while (open.TryDequeue(out var message))
        {
            ordered.Add((message, places[message.Key]));
            foreach (var child in children[message.Key])
            {
                open.Enqueue(child);
            }
        }

        return ordered.Count == messages.Count
            ? ordered
            : throw ConvoException.Invalid(
                $"{messages.First(m => ordered.TrueForAll(o => o.Item1 != m)).Path}.parent_id", "The messages' parents lead round in a circle, so the chat has no beginning.");
    }

    private static string? Shortened(string? title) => title?.Trim() switch
    {
        null or "" => null,
        { Length: <= MaxTitle } whole => whole,
        var longer => longer[..(char.IsHighSurrogate(longer[MaxTitle - 2]) ? MaxTitle - 2 : MaxTitle - 1)] + "…",
    };

    private static string Place(string path, string member) => path.Length == 0 ? member : $"{path}.{member}";
}
