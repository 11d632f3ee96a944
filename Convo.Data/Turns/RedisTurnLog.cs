using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Convo.Core.Shared;
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

    private static readonly TimeSpan AppendPatience = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan RetryIn = TimeSpan.FromSeconds(5);

    /// <summary>Reading goes on without Redis, and within a second.</summary>
    private static readonly TimeSpan ReadPatience = TimeSpan.FromMilliseconds(450);

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
        var stored = (long)await Within(
            redis.GetDatabase().ScriptEvaluateAsync(AppendScript, [keys.TurnLog(turnId), keys.TurnWriter(turnId)], arguments), AppendPatience, cancellationToken).ConfigureAwait(false);
        if (stored != ITurnLog.Fenced)
        {
            await redis.GetSubscriber().PublishAsync(keys.TurnChanged(turnId), stored, CommandFlags.FireAndForget).ConfigureAwait(false);
        }

        return stored;
    }

    public Task TakeOverAsync(Guid turnId, Guid writer, CancellationToken cancellationToken) =>
        Within(redis.GetDatabase().StringSetAsync(keys.TurnWriter(turnId), writer.ToString("N"), KeepRunning), AppendPatience, cancellationToken);

    public async Task<IReadOnlyList<TurnEvent>> ReadAsync(Guid turnId, long afterSeq, CancellationToken cancellationToken)
    {
        var values = await Within(redis.GetDatabase().ListRangeAsync(keys.TurnLog(turnId), afterSeq), ReadPatience, cancellationToken).ConfigureAwait(false);
        return [.. values.Select(value => JsonSerializer.Deserialize<TurnEvent>(((ReadOnlyMemory<byte>)value).Span, Json)!)];
    }

    public async Task<IAsyncDisposable> SubscribeAsync(Guid turnId, Action changed, CancellationToken cancellationToken) =>
        await Subscription.StartAsync(redis, keys.TurnChanged(turnId), _ => changed(), cancellationToken).ConfigureAwait(false);

    public Task RequestStopAsync(Guid turnId, CancellationToken cancellationToken) =>
        Within(redis.GetSubscriber().PublishAsync(keys.TurnStops(), turnId.ToString("N")), ReadPatience, cancellationToken);

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
            await Within(Done(subscriber.SubscribeAsync(channel, handler)), ReadPatience, cancellationToken).ConfigureAwait(false);
            return new Subscription(subscriber, channel, handler);
        }

        // Nobody waits for it: a Redis that is away has forgotten the subscription anyway.
        public ValueTask DisposeAsync()
        {
            subscriber.Unsubscribe(channel, handler, CommandFlags.FireAndForget);
            return ValueTask.CompletedTask;
        }

        private static async Task<bool> Done(Task task)
        {
            await task.ConfigureAwait(false);
            return true;
        }
    }

    private static async Task<T> Within<T>(Task<T> task, TimeSpan patience, CancellationToken cancellationToken)
    {
        try
        {
            return await task.WaitAsync(patience, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is RedisException or TimeoutException or ObjectDisposedException)
        {
            throw new ConvoException(ProblemKind.Unavailable, "redis_unavailable", "Redis does not answer at the moment. Try again in a few seconds.", e) { RetryAfter = RetryIn };
        }
    }
}
