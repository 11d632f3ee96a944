using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;

namespace Convo.Core.Models.Middleware;

/// <summary>Says in the stream that another model goes on from here, and why the one before could not.</summary>
public sealed class ModelSwitched(ModelInfo model, ProviderException reason) : AIContent
{
    public ModelInfo Model { get; } = model;

    public ProviderException Reason { get; } = reason;
}

/// <summary>
/// Asks the next model, in the order an administrator set, when one fails before its first word for a reason that another model may not
/// have. Outermost: each model has its whole pipeline, its own tries and its own figures. When none answers, the first failure is told.
/// </summary>
internal sealed partial class FallbackChatClient(
    IChatClient first, IReadOnlyList<(ModelInfo Model, Func<IChatClient> Client)> others, ILogger logger) : StreamMiddleware(first)
{
    protected override async IAsyncEnumerable<ChatResponseUpdate> StreamAsync(
        IReadOnlyList<ChatMessage> messages, ChatOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var hasImages = messages.Any(m => m.Contents.Any(c => c is DataContent));
        var rest = new Queue<(ModelInfo Model, Func<IChatClient> Client)>(others.Where(o => !hasImages || o.Model.SupportsImages));
        var client = InnerClient;
        ProviderException? original = null;
        while (true)
        {
            var updates = client.GetStreamingResponseAsync(messages, options, cancellationToken).GetAsyncEnumerator(cancellationToken);
            ProviderException? failure = null;
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
                    catch (ProviderException e) when (!delivered && (rest.Count > 0 || original is not null) && MayBeOthers(e))
                    {
                        failure = e;
                        break;
                    }

                    delivered |= updates.Current.Contents.Count > 0;
                    yield return updates.Current;
                }
            }

            original ??= failure;
            if (!rest.TryDequeue(out var next))
            {
                throw original!;
            }

            LogFallback(failure!.Code, next.Model.QualifiedId);
            client = next.Client();
            yield return new ChatResponseUpdate(ChatRole.Assistant, [new ModelSwitched(next.Model, failure)]);
        }
    }

    /// <summary>A filter or a prompt that is too long is about what was asked, and people should hear of it.</summary>
    private static bool MayBeOthers(ProviderException e) => e.Code is not (ProviderErrors.ContentFiltered or ProviderErrors.ContextTooLong or ProviderErrors.StreamCut);

    [LoggerMessage(LogLevel.Information, "The model failed with {Code} before its first word; {Model} is asked instead.")]
    private partial void LogFallback(string code, string model);
}
