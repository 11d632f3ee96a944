using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace Convo.Core.Models.Middleware;

/// <summary>
/// Tries a call again that failed for a passing reason before its first word; after it a second try would repeat text. Waits as long as
/// the provider asks (but not longer than a person would), else 0.5 s doubling, with jitter so that many turns do not return at once.
/// </summary>
internal sealed partial class RetryChatClient(IChatClient inner, int attempts, TimeProvider time, Func<double> random, ILogger logger) : StreamMiddleware(inner)
{
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(500);

    protected override async IAsyncEnumerable<ChatResponseUpdate> StreamAsync(
        IReadOnlyList<ChatMessage> messages, ChatOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            var updates = InnerAsync(messages, options, cancellationToken).GetAsyncEnumerator(cancellationToken);
            TimeSpan? wait = null;
            await using (updates.ConfigureAwait(false))
            {
                var delivered = false;
                while (true)
                {
                    try
                    {
                        if (!await updates.MoveNextAsync().ConfigureAwait(false))
                        {
                            yield break;
                        }
                    }
                    catch (ProviderException e) when (e.IsTransient && !delivered && attempt < attempts && WaitBefore(attempt, e.RetryAfter) is { } pause)
                    {
                        LogRetry(e.Code, attempt, pause.TotalSeconds);
                        wait = pause;
                        break;
                    }

                    delivered |= updates.Current.Contents.Count > 0;
                    yield return updates.Current;
                }
            }

            await Task.Delay(wait.Value, time, cancellationToken).ConfigureAwait(false);
        }
    }

    /// <summary>Null when the provider asks for more patience than a person has.</summary>
    private TimeSpan? WaitBefore(int attempt, TimeSpan? asked)
    {
        if (asked > LongestWait)
        {
            return null;
        }

        // What was asked for is the least; an own guess is spread over its whole length.
        return asked is { } least
            ? least + (FirstWait * random())
            : FirstWait * Math.Pow(2, attempt - 1) * (0.5 + (random() / 2));
    }

    [LoggerMessage(LogLevel.Information, "The provider failed with {Code} on try {Attempt}; trying again in {Seconds} s.")]
    private partial void LogRetry(string code, int attempt, double seconds);
}

internal static class RetryChatClientExtensions
{
    public static ChatClientBuilder UseRetries(this ChatClientBuilder builder, int attempts, TimeProvider time, Func<double> random, ILogger logger) =>
        builder.Use(inner => new RetryChatClient(inner, attempts, time, random, logger));
}
