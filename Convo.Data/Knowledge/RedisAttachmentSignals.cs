using Convo.Core.Knowledge;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Convo.Data.Knowledge;

/// <summary>Announces changes of files over Redis pub/sub. Without Redis watchers look by themselves.</summary>
internal sealed partial class RedisAttachmentSignals(IConnectionMultiplexer redis, RedisKeys keys, ILogger<RedisAttachmentSignals> logger) : IAttachmentSignals
{
    public async Task AnnounceAsync(Guid attachmentId, CancellationToken cancellationToken)
    {
        try
        {
            await redis.GetSubscriber().PublishAsync(keys.AttachmentChanged(attachmentId), RedisValue.EmptyString).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            LogNotAnnounced(e, attachmentId);
        }
    }

    public async Task<IAsyncDisposable> ListenAsync(Guid attachmentId, Action changed, CancellationToken cancellationToken)
    {
        var listening = new Listening(redis.GetSubscriber(), keys.AttachmentChanged(attachmentId), changed);
        try
        {
            await listening.BeginAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            LogNotListening(e, attachmentId);
        }

        return listening;
    }

    private sealed class Listening(ISubscriber subscriber, RedisChannel channel, Action changed) : IAsyncDisposable
    {
        public Task BeginAsync(CancellationToken cancellationToken) => subscriber.SubscribeAsync(channel, OnMessage).WaitAsync(cancellationToken);

        public async ValueTask DisposeAsync()
        {
            try
            {
                await subscriber.UnsubscribeAsync(channel, OnMessage).ConfigureAwait(false);
            }
            catch (Exception e) when (e is RedisException or TimeoutException)
            {
                // Redis is away, and the subscription with it.
            }
        }

        private void OnMessage(RedisChannel _, RedisValue __) => changed();
    }

    [LoggerMessage(Level = LogLevel.Debug, Message = "The change of file {AttachmentId} was not announced; watchers see it at their next look")]
    private partial void LogNotAnnounced(Exception exception, Guid attachmentId);

    [LoggerMessage(Level = LogLevel.Debug, Message = "No signals for file {AttachmentId}; its watcher looks by itself")]
    private partial void LogNotListening(Exception exception, Guid attachmentId);
}
