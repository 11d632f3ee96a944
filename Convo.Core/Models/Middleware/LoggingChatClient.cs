using System.Runtime.CompilerServices;
using System.Text;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace Convo.Core.Models.Middleware;

/// <summary>One line a call, without a word of what was said; prompt and answer appear at Trace only.</summary>
internal sealed partial class LoggingChatClient(IChatClient inner, ModelInfo model, ILogger logger, TimeProvider time) : StreamMiddleware(inner)
{
    protected override async IAsyncEnumerable<ChatResponseUpdate> StreamAsync(
        IReadOnlyList<ChatMessage> messages, ChatOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var answer = logger.IsEnabled(LogLevel.Trace) ? new StringBuilder() : null;
        if (answer is not null)
        {
            LogPrompt(model.QualifiedId, string.Join('\n', messages.Select(m => $"{m.Role}: {m.Text}")));
        }

        var updates = InnerAsync(messages, options, cancellationToken).GetAsyncEnumerator(cancellationToken);
        await using (updates.ConfigureAwait(false))
        {
            while (await NextAsync(updates, started).ConfigureAwait(false))
            {
                answer?.Append(updates.Current.Text);
                yield return updates.Current;
            }
        }

        LogDone(model.QualifiedId, time.GetElapsedTime(started).TotalSeconds);
        if (answer is not null)
        {
            LogAnswer(model.QualifiedId, answer.ToString());
        }
    }

    private async ValueTask<bool> NextAsync(IAsyncEnumerator<ChatResponseUpdate> updates, long started)
    {
        try
        {
            return await updates.MoveNextAsync().ConfigureAwait(false);
        }
        catch (ProviderException e)
        {
            LogFailed(model.QualifiedId, e.Code, time.GetElapsedTime(started).TotalSeconds, e.Message);
            throw;
        }
    }

    [LoggerMessage(LogLevel.Debug, "{Model} answered in {Seconds:0.000} s.")]
    private partial void LogDone(string model, double seconds);

    [LoggerMessage(LogLevel.Warning, "{Model} failed with {Code} after {Seconds:0.000} s: {Detail}")]
    private partial void LogFailed(string model, string code, double seconds, string detail);

    [LoggerMessage(LogLevel.Trace, "{Model} was sent:\n{Prompt}")]
    private partial void LogPrompt(string model, string prompt);

    [LoggerMessage(LogLevel.Trace, "{Model} answered:\n{Answer}")]
    private partial void LogAnswer(string model, string answer);
}

internal static class LoggingChatClientExtensions
{
    public static ChatClientBuilder UseRedactedLogging(this ChatClientBuilder builder, ModelInfo model, ILogger logger, TimeProvider time) =>
        builder.Use(inner => new LoggingChatClient(inner, model, logger, time));
}
