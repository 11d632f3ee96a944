namespace Convo.Core.Knowledge;

/// <summary>
/// Processes that have read a file and wait some seconds for the next one: a start costs ten times what a short document does. One serves one
/// person alone, so whatever a hostile file does to its process, it meets no one else's file. After anything but a clean answer it is ended.
/// </summary>
internal sealed class ReadingChildren(TimeProvider time) : IAsyncDisposable
{
    private const int MaxIdle = 4;
    private static readonly TimeSpan IdleTime = TimeSpan.FromSeconds(10);

    private readonly Lock _gate = new();
    private readonly List<Idle> _idle = [];
    private bool _closed;

    /// <summary>One that has served this person; null when none waits.</summary>
    public ReadingChild? Take(Guid owner)
    {
        lock (_gate)
        {
            var at = _idle.FindLastIndex(idle => idle.Owner == owner);
            if (at < 0)
                return null;
            var child = _idle[at].Child;
            _idle[at].Timer?.Dispose();
            _idle.RemoveAt(at);
            return child;
        }
    }

    /// <summary>Keeps it for the person's next file, if it is fit for that; else ends it.</summary>
    public async Task GiveBackAsync(Guid owner, ReadingChild child)
    {
        child.Served++;
        var idle = new Idle(owner, child);
        ReadingChild? surplus = null;
        if (child.IsFresh)
        {
            lock (_gate)
            {
                if (_closed)
                {
                    surplus = child;
                }
                else
                {
                    surplus = _idle.Count < MaxIdle ? null : RemoveOldest();
                    _idle.Add(idle);
                    idle.Timer = time.CreateTimer(_ => Expire(idle), null, IdleTime, Timeout.InfiniteTimeSpan);
                }
            }
        }
        else
        {
            surplus = child;
        }
        if (surplus is not null)
            await EndAsync(surplus).ConfigureAwait(false);
    }

    public async ValueTask DisposeAsync()
    {
        lock (_gate)
        {
            _closed = true;
        }
        await EndIdleAsync().ConfigureAwait(false);
    }

    public async Task EndIdleAsync()
    {
        List<Idle> left;
        lock (_gate)
        {
            left = [.. _idle];
            _idle.Clear();
        }
        foreach (var idle in left)
        {
            idle.Timer?.Dispose();
            await EndAsync(idle.Child).ConfigureAwait(false);
        }
    }

    private ReadingChild RemoveOldest()
    {
        var oldest = _idle[0];
        oldest.Timer?.Dispose();
        _idle.RemoveAt(0);
        return oldest.Child;
    }

    private void Expire(Idle idle)
    {
        lock (_gate)
        {
            if (!_idle.Remove(idle))
                return;
        }
        idle.Timer?.Dispose();
        _ = EndAsync(idle.Child);
    }

    private static async Task EndAsync(ReadingChild child)
    {
        using (child)
            await child.EndAsync().ConfigureAwait(false);
    }

    private sealed class Idle(Guid owner, ReadingChild child)
    {
        public Guid Owner { get; } = owner;

        public ReadingChild Child { get; } = child;

        public ITimer? Timer { get; set; }
    }
}
