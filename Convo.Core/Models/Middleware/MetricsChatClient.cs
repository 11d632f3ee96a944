using System.Runtime.CompilerServices;
using Microsoft.Extensions.AI;

namespace Convo.Core.Models.Middleware;

/// <summary>Counts every call once, however it ends: well, failed, cancelled, or left by a reader that had enough.</summary>
internal sealed class MetricsChatClient(IChatClient inner, ModelInfo model, ModelMetrics metrics, TimeProvider time) : StreamMiddleware(inner)
{
    protected override async IAsyncEnumerable<ChatResponseUpdate> StreamAsync(
        IReadOnlyList<ChatMessage> messages, ChatOptions? options, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var call = new Call();
        var updates = InnerAsync(messages, options, cancellationToken).GetAsyncEnumerator(cancellationToken);
        try
        {
            while (await NextAsync(updates, call).ConfigureAwait(false))
            {
                if (!call.HasText && updates.Current.Text.Length > 0)
                {
                    call.HasText = true;
                    metrics.FirstToken(model, time.GetElapsedTime(started));
                }

                if (updates.Current.Contents.OfType<UsageContent>().LastOrDefault() is { } usage)
                {
                    metrics.Used(model, AnswerUsage.From(usage.Details));
                }

                yield return updates.Current;
            }
        }
        finally
        {
            metrics.Ended(model, call.Outcome, time.GetElapsedTime(started));
            await updates.DisposeAsync().ConfigureAwait(false);
        }
    }

    private static async ValueTask<bool> NextAsync(IAsyncEnumerator<ChatResponseUpdate> updates, Call call)
    {
        try
        {
            var more = await updates.MoveNextAsync().ConfigureAwait(false);
            call.Outcome = more ? call.Outcome : "ok";
            return more;
        }
        catch (ProviderException e)
        {
            call.Outcome = e.Code;
            throw;
        }
    }

    private sealed class Call
    {
        public bool HasText { get; set; }

        /// <summary>Until the end is seen the call counts as cancelled: that is what leaving it means.</summary>
        public string Outcome { get; set; } = "cancelled";
    }
}

internal static class MetricsChatClientExtensions
{
    public static ChatClientBuilder UseMetrics(this ChatClientBuilder builder, ModelInfo model, ModelMetrics metrics, TimeProvider time) =>
        builder.Use(inner => new MetricsChatClient(inner, model, metrics, time));
}
