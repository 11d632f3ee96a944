using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Convo.Core.Turns;
using StackExchange.Redis;

namespace Convo.Data.Turns;

/// <summary>
/// A list per turn whose n-th element is the event with seq n, so that "everything after n" is one LRANGE. Plain lists and
/// pub/sub: Redis, Valkey and Garnet all have them.
/// </summary>
internal sealed class RedisTurnLog(IConnectionMultiplexer redis, RedisKeys keys) : ITurnLog
{
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { Converters = { new JsonStringEnumConverter() } };

    /// <summary>Longer than any turn; a finished one is read from the database after its own, shorter time.</summary>
    private static readonly TimeSpan KeepRunning = TimeSpan.FromHours(2);

    private static readonly TimeSpan KeepFinished = TimeSpan.FromMinutes(10);

    /// <summary>
    /// KEYS: log, writer. ARGV: writer id, seconds to keep, seq of the first event, events. Skips what an append whose reply was lost
    /// has stored already; answers the length of the log, or -1 to a writer that lost the turn.
    /// </summary>
    private const string AppendScript =
        """
        local writer = redis.call('GET', KEYS[2])
        if writer and writer ~= ARGV[1] then return -1 end
        local held = redis.call('LLEN', KEYS[1])
        local first = tonumber(ARGV[3])
        if held < first - 1 then return held end
        for i = held - first + 2, #ARGV - 3 do
          redis.call('RPUSH', KEYS[1], ARGV[3 + i])
        end
        redis.call('SET', KEYS[2], ARGV[1])
        redis.call('EXPIRE', KEYS[2], ARGV[2])
        redis.call('EXPIRE', KEYS[1], ARGV[2])
        return redis.call('LLEN', KEYS[1])
        """;

    public async Task<long> AppendAsync(Guid turnId, Guid writer, IReadOnlyList<TurnEvent> events, CancellationToken cancellationToken)
    {
        var keep = events[^1].Data.IsTerminal ? KeepFinished : KeepRunning;
        RedisValue[] arguments =
        [
            writer.ToString("N"),
            ((long)keep.TotalSeconds).ToString(CultureInfo.InvariantCulture),
            events[0].Seq,
            .. events.Select(e => (RedisValue)JsonSerializer.SerializeToUtf8Bytes(e, Json)),
        ];
        var stored = (long)await redis.GetDatabase().ScriptEvaluateAsync(AppendScript, [keys.TurnLog(turnId), keys.TurnWriter(turnId)], arguments)
            .WaitAsync(cancellationToken).ConfigureAwait(false);
        if (stored != ITurnLog.Fenced)
        {
            await redis.GetSubscriber().PublishAsync(keys.TurnChanged(turnId), stored, CommandFlags.FireAndForget).ConfigureAwait(false);
        }

        return stored;
    }

    public async Task TakeOverAsync(Guid turnId, Guid writer, CancellationToken cancellationToken) =>
        await redis.GetDatabase().StringSetAsync(keys.TurnWriter(turnId), writer.ToString("N"), KeepRunning).WaitAsync(cancellationToken).ConfigureAwait(false);

    public async Task<IReadOnlyList<TurnEvent>> ReadAsync(Guid turnId, long afterSeq, CancellationToken cancellationToken)
    {
        var values = await redis.GetDatabase().ListRangeAsync(keys.TurnLog(turnId), afterSeq).WaitAsync(cancellationToken).ConfigureAwait(false);
        return [.. values.Select(value => JsonSerializer.Deserialize<TurnEvent>(((ReadOnlyMemory<byte>)value).Span, Json)!)];
    }

    public async Task<IAsyncDisposable> SubscribeAsync(Guid turnId, Action changed, CancellationToken cancellationToken) =>
        await Subscription.StartAsync(redis, keys.TurnChanged(turnId), _ => changed(), cancellationToken).ConfigureAwait(false);

    public async Task RequestStopAsync(Guid turnId, CancellationToken cancellationToken) =>
        await redis.GetSubscriber().PublishAsync(keys.TurnStops(), turnId.ToString("N")).WaitAsync(cancellationToken).ConfigureAwait(false);

    public async Task<IAsyncDisposable> OnStopRequestedAsync(Action<Guid> stop, CancellationToken cancellationToken) =>
        await Subscription.StartAsync(
            redis,
            keys.TurnStops(),
            message =>
            {
                if (Guid.TryParseExact(message, "N", out var turnId))
                {
                    stop(turnId);
                }
            },
            cancellationToken).ConfigureAwait(false);

    /// <summary>One handler on one channel; the client renews it by itself when the connection comes back.</summary>
    private sealed class Subscription(ISubscriber subscriber, RedisChannel channel, Action<RedisChannel, RedisValue> handler) : IAsyncDisposable
    {
        public static async Task<Subscription> StartAsync(
            IConnectionMultiplexer redis, RedisChannel channel, Action<string?> received, CancellationToken cancellationToken)
        {
            var subscriber = redis.GetSubscriber();
            Action<RedisChannel, RedisValue> handler = (_, message) => received(message);
            await subscriber.SubscribeAsync(channel, handler).WaitAsync(cancellationToken).ConfigureAwait(false);
            return new Subscription(subscriber, channel, handler);
        }

        public async ValueTask DisposeAsync() => await subscriber.UnsubscribeAsync(channel, handler).ConfigureAwait(false);
    }
}
