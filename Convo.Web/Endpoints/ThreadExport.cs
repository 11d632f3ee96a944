using System.Globalization;
using System.Text;
using System.Text.Json;
using Convo.Core.Accounts;
using Convo.Core.Conversations;
using Convo.Core.Shared;
using Convo.Web.Hosting;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Convo.Web.Endpoints;

/// <summary>A whole thread as a file: every branch as JSON, or the branch that is shown as Markdown.</summary>
internal static class ThreadExport
{
    private const int Version = 1;

    public static async Task<IResult> GetAsync(
        Guid id, Caller caller, IConversationService conversations, CancellationToken cancellationToken, string format = "json")
    {
        var thread = await conversations.GetAsync(caller, id, cancellationToken);
        return format switch
        {
            "json" => File(
                JsonSerializer.SerializeToUtf8Bytes(
                    new ExportBody("convo", Version, ThreadBody.Of(thread), [.. (await conversations.AllMessagesAsync(caller, id, cancellationToken)).Select(MessageBody.Of)]),
                    ConvoJson.Options),
                "application/json", id, "json"),
            "markdown" => File(
                Encoding.UTF8.GetBytes(Markdown(thread, await conversations.PathAsync(caller, id, null, null, int.MaxValue, cancellationToken))),
                "text/markdown; charset=utf-8", id, "md"),
            _ => throw ConvoException.Invalid("format", "format must be json or markdown."),
        };
    }

    private static FileContentHttpResult File(byte[] bytes, string type, Guid id, string extension) =>
        TypedResults.File(bytes, type, $"convo-{id.ToString("N", CultureInfo.InvariantCulture)}.{extension}");

    private static string Markdown(ConversationThread thread, IReadOnlyList<Message> path)
    {
        var text = new StringBuilder("# ").Append(thread.Title ?? "Untitled chat").Append('\n');
        foreach (var message in path)
        {
            var author = message.Role == MessageRole.User ? "You" : message.Model ?? "Assistant";
            text.Append(CultureInfo.InvariantCulture, $"\n## {author}, {message.CreatedAt:yyyy-MM-dd HH:mm} UTC\n\n").Append(message.Content.TrimEnd()).Append('\n');
            foreach (var citation in message.Citations)
            {
                text.Append(CultureInfo.InvariantCulture, $"\n[{citation.Number}] {citation.Filename}, p. {citation.PageFrom}: “{citation.Quote}”\n");
            }
        }

        return text.ToString();
    }

    private sealed record ExportBody(string Format, int Version, ThreadBody Thread, IReadOnlyList<MessageBody> Messages);
}
