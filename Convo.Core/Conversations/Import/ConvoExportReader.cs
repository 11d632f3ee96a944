using System.Globalization;
using System.Text.Json;
using Convo.Core.Knowledge;
using Convo.Core.Shared;

namespace Convo.Core.Conversations.Import;

/// <summary>Convo's own export: one thread with every branch.</summary>
internal static class ConvoExportReader
{
    private const int Version = 1;

    public static bool Recognises(JsonMember item) => item["format"].Element is { ValueKind: JsonValueKind.String } format && format.GetRawText() == "\"convo\"";

    public static ThreadDraft Read(JsonMember item)
    {
        if (item["version"].OptionalInteger() is not Version)
        {
            throw item["version"].Wrong($"{Version}, the version that this Convo reads");
        }

        var thread = item["thread"];
        var messages = item["messages"].Items();
        var files = messages.Sum(m => m["attachments"].IsNothing ? 0 : m["attachments"].Items().Count);
        return new ThreadDraft(
            "convo", thread["id"].Text(), thread["title"].OptionalText(), Time(thread["created_at"]), Time(thread["updated_at"]), thread["leaf_id"].OptionalText(),
            [.. messages.Select(Read1)])
        {
            Model = thread["model"].OptionalText(),
            Temperature = thread["temperature"].OptionalNumber(),
            SystemPrompt = thread["system_prompt"].OptionalText(),
            Pinned = thread["pinned"].Flag(),
            Archived = thread["archived"].Flag(),
            Notes = files == 0 ? [] : [$"{files} attached {(files == 1 ? "file is" : "files are")} not part of an export."],
        };

        static MessageDraft Read1(JsonMember message) => new(message["id"].Text(), message["parent_id"].OptionalText(), Message(message), message.Path);
    }

    private static Message Message(JsonMember m) => new()
    {
        Id = default,
        ThreadId = default,
        Role = m["role"].Text() switch
        {
            "user" => MessageRole.User,
            "assistant" => MessageRole.Assistant,
            "system" => MessageRole.System,
            _ => throw m["role"].Wrong("user, assistant or system"),
        },
        Content = m["content"].Text(),
        Status = m["status"].Text() switch
        {
            "complete" => MessageStatus.Complete,
            "stopped" => MessageStatus.Stopped,
            "failed" => MessageStatus.Failed,
            // Exported while it was being written: nobody writes on.
            "interrupted" or "streaming" => MessageStatus.Interrupted,
            _ => throw m["status"].Wrong("complete, stopped, interrupted or failed"),
        },
        Model = m["model"].OptionalText(),
        Provider = m["provider"].OptionalText(),
        CreatedAt = Time(m["created_at"]),
        EditedAt = m["edited_at"].IsNothing ? null : Time(m["edited_at"]),
        Usage = Usage(m["usage"]),
        FinishReason = m["finish_reason"].OptionalText(),
        Error = m["error"].IsNothing ? null : new Problem(m["error"]["code"].Text(), m["error"]["detail"].Text()),
        Citations = m["citations"].IsNothing ? [] : [.. m["citations"].Items().Select(Citation).DistinctBy(c => c.Number)],
    };

    private static MessageUsage? Usage(JsonMember usage) => usage.IsNothing ? null : new MessageUsage(
        Tokens(usage["input_tokens"]), Tokens(usage["cached_input_tokens"]), Tokens(usage["output_tokens"]), Tokens(usage["reasoning_tokens"]),
        Cost(usage["cost"]), usage["estimated"].Flag());

    /// <summary>What is quoted stays; the passage itself is not in the file, so the quotation can no longer be checked and does not pass for checked.</summary>
    private static Citation Citation(JsonMember c) => new(
        Tokens(c["number"]), null, null, c["filename"].Text(), Tokens(c["page_from"]), Tokens(c["page_to"]), c["quote"].Text(), Verified: false);

    private static int Tokens(JsonMember number) =>
        number.OptionalInteger() is { } n and >= 0 and <= int.MaxValue ? (int)n : throw number.Wrong("a whole number from 0");

    private static decimal? Cost(JsonMember cost) => cost.OptionalText() switch
    {
        null => null,
        var text when decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var amount) && amount < 1_000_000_000m => amount,
        _ => throw cost.Wrong("an amount such as \"0.25\""),
    };

    private static DateTimeOffset Time(JsonMember time) =>
        time.Element.ValueKind == JsonValueKind.String && time.Element.TryGetDateTimeOffset(out var at) && at.Year is >= 1970 and <= 9000
            ? at.ToUniversalTime()
            : throw time.Wrong("a time such as 2026-11-22T19:00:00Z");
}
