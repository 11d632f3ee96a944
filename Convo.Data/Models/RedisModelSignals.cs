using Convo.Core.Models;
using Microsoft.Extensions.Logging;
using StackExchange.Redis;

namespace Convo.Data.Models;

/// <summary>Announces changes of the catalogue over Redis pub/sub. Without Redis nodes look by themselves.</summary>
internal sealed partial class RedisModelSignals(IConnectionMultiplexer redis, RedisKeys keys, ILogger<RedisModelSignals> logger) : IModelSignals
{
    public async Task AnnounceAsync(CancellationToken cancellationToken)
    {
        try
        {
            await redis.GetSubscriber().PublishAsync(keys.ModelsChanged(), RedisValue.EmptyString).WaitAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            LogNotAnnounced(e);
        }
    }

    public async Task<IAsyncDisposable> ListenAsync(Action changed, CancellationToken cancellationToken)
    {
        var listening = new Listening(redis.GetSubscriber(), keys.ModelsChanged(), changed);
        try
        {
            await listening.BeginAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RedisException or TimeoutException)
        {
            LogNotListening(e);
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
            catch (Exception e) when (e is RedisException or TimeoutException or ObjectDisposedException)
            {
                // Redis is away, and the subscription with it.
            }
        }

        private void OnMessage(RedisChannel _, RedisValue __) => changed();
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "The change of the catalogue was not announced; other nodes see it at their next look")]
    private partial void LogNotAnnounced(Exception exception);

    [LoggerMessage(Level = LogLevel.Information, Message = "No announcements of the catalogue; this node looks by itself")]
    private partial void LogNotListening(Exception exception);
}
