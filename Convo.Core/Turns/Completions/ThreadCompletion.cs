using System.Runtime.CompilerServices;
using Convo.Core.Accounts;
using Convo.Core.Conversations;
using Convo.Core.Models;

namespace Convo.Core.Turns.Completions;

/// <summary>A completion that is a turn of a thread: the turn engine does the work, and this tells it in a completion's words.</summary>
internal sealed class ThreadCompletion(ITurnService turns, ITurnReader reader)
{
    public async IAsyncEnumerable<CompletionUpdate> StreamAsync(
        Caller caller, SubmitMessage question, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var answer = (await turns.SubmitAsync(caller, question, cancellationToken).ConfigureAwait(false)).Message;
        var ended = false;
        MessageUsage? usage = null;
        try
        {
            yield return new CompletionStarted(answer.Id, $"{answer.Provider}/{answer.Model}", answer.CreatedAt);
            await foreach (var entry in reader.ReadAsync(caller, answer.Id, 0, cancellationToken).ConfigureAwait(false))
            {
                ended |= entry.Data.IsTerminal;
                switch (entry.Data)
                {
                    case TurnDelta delta:
                        yield return new CompletionDelta(delta.Text);
                        break;
                    case TurnModelSwitched switched:
                        yield return new CompletionSwitched($"{switched.Provider}/{switched.Model}");
                        break;
                    case TurnUsage used:
                        usage = new MessageUsage(used.InputTokens, used.CachedInputTokens, used.OutputTokens, used.ReasoningTokens, used.Cost, used.Estimated);
                        break;
                    case TurnFailed failed:
                        throw new ProviderException(failed.Code, failed.Detail) { RetryAfter = failed.RetryAfter is { } seconds ? TimeSpan.FromSeconds(seconds) : null };
                    case TurnDone done:
                        yield return new CompletionEnded(done.FinishReason ?? "stop", usage ?? new MessageUsage(0, 0, 0, 0, null, Estimated: true));
                        break;
                }
            }
        }
        finally
        {
            // A program that hangs up wants no more; a person's closed tab, which is no stop, does not come this way.
            if (!ended)
            {
                await turns.StopAsync(caller, answer.Id, CancellationToken.None).ConfigureAwait(false);
            }
        }
    }
}
