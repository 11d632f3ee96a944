using System.Security.Cryptography;
using System.Text.Json;
using Convo.Core.Accounts;
using Convo.Core.Conversations;
using Convo.Core.Models;
using Convo.Core.Shared;

namespace Convo.Core.Turns;

/// <summary>What can be said about a request without asking the database.</summary>
internal static class TurnValidation
{
    private const int MaxKeyLength = 255;

    public static void Check(SubmitMessage request, TurnOptions options)
    {
        CheckContent(request.Content, options);
        CheckText(request.SystemPrompt, "system_prompt");
        if (request is { ThreadId: null, ParentId: not null })
        {
            // A new thread has no messages yet, so whatever is named is somewhere else.
            throw ConvoException.NotFound("parent message");
        }

        CheckTemperature(request.Temperature);
        if (request.MaxOutputTokens is < 1)
        {
            throw ConvoException.Invalid("max_output_tokens", "max_output_tokens must be at least 1.");
        }
    }

    public static void CheckContent(string content, TurnOptions options)
    {
        if (string.IsNullOrWhiteSpace(content))
        {
            throw new ConvoException(ProblemKind.Invalid, "message_empty", "The message is empty. Write something, then send it.") { Field = "content" };
        }

        if (content.Length > options.MaxMessageLength)
        {
            throw new ConvoException(
                ProblemKind.TooLarge, "message_too_long",
                $"The message has {content.Length:N0} characters; {options.MaxMessageLength:N0} is the most. Shorten it, or attach the text as a file.") { Field = "content" };
        }

        CheckText(content, "content");
    }

    /// <summary>Where a chat looks is a setting of its thread: a message that names something else would be answered from what it did not ask for.</summary>
    public static void CheckCollections(IReadOnlyList<Guid>? asked, ConversationThread? thread)
    {
        if (asked is not null && thread is not null && !thread.CollectionIds.ToHashSet().SetEquals(asked))
        {
            throw ConvoException.Invalid("collection_ids", "Collections belong to the thread, not to one message. Change them with PATCH /api/convo/threads/{id}, then send the message without collection_ids.");
        }
    }

    public static void CheckTemperature(double? temperature)
    {
        if (temperature is { } t && !(t is >= 0 and <= 2))
        {
            throw ConvoException.Invalid("temperature", "temperature must be between 0 and 2.");
        }
    }

    /// <summary>PostgreSQL stores no U+0000 and UTF-8 has no lone surrogates: both are refused before they get there.</summary>
    public static void CheckText(string? text, string field)
    {
        for (var i = 0; i < text?.Length; i++)
        {
            if (text[i] == '\0' || (char.IsSurrogate(text[i]) && !char.IsSurrogatePair(text, i++)))
            {
                throw ConvoException.Invalid(field, "The text holds a character that cannot be stored (U+0000 or half of a pair). Remove it.");
            }
        }
    }

    public static ModelInfo Model(IModelCatalogue catalogue, Caller caller, string? requested, string? ofThread)
    {
        if ((requested ?? ofThread) is not { } id)
        {
            return catalogue.DefaultFor(caller);
        }

        return catalogue.FindFor(caller, id) ?? throw new ConvoException(
            ProblemKind.Invalid, ProviderErrors.ModelNotFound,
            requested is null
                ? $"The model of this chat, {id}, is not available any more. Choose another one."
                : $"There is no model {id} here. GET /api/convo/models lists those you may use.") { Field = "model" };
    }

    public static IdempotencyClaim? Claim<T>(string? key, T request)
    {
        if (key is null)
        {
            return null;
        }

        if (key.Length is 0 or > MaxKeyLength || key.Any(char.IsControl))
        {
            throw ConvoException.Invalid("Idempotency-Key", $"Idempotency-Key must have 1 to {MaxKeyLength} printable characters.");
        }

        return new IdempotencyClaim(key, SHA256.HashData(JsonSerializer.SerializeToUtf8Bytes(request)));
    }
}
