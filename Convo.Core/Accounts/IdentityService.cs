using System.Collections.Concurrent;

namespace Convo.Core.Accounts;

/// <summary>
/// The cache is keyed by the hash of the whole credential: two keys that begin alike are two keys.
/// It holds only what exists, so guessed keys cannot fill it.
/// </summary>
internal sealed class IdentityService(ISessionRepository sessions, IApiKeyRepository keys, TimeProvider time) : IIdentityService
{
    /// <summary>Leaves room below the promised 30 s for whoever asks only now and then.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan SeenEvery = TimeSpan.FromMinutes(1);
    private const int SweepAbove = 10_000;

    private readonly ConcurrentDictionary<string, Entry> _entries = new(StringComparer.Ordinal);

    public async Task<Identity?> FindSessionAsync(Guid sessionId, string securityStamp, CancellationToken cancellationToken)
    {
        var identity = Cached(sessionId.ToString()) ?? await LoadSessionAsync(sessionId, cancellationToken).ConfigureAwait(false);
        return identity?.SecurityStamp == securityStamp ? identity : null;
    }

    public async Task<Identity?> FindApiKeyAsync(string key, CancellationToken cancellationToken)
    {
        var hash = Secrets.Hash(key);
        var name = Convert.ToHexString(hash);
        if (Cached(name) is { } known)
        {
            return known;
        }

        var now = time.GetUtcNow();
        var found = await keys.FindAsync(hash, now, cancellationToken).ConfigureAwait(false);
        if (found is null)
        {
            return null;
        }

        if (found.LastUsedAt is not { } used || now - used >= SeenEvery)
        {
            await keys.UsedAsync(found.KeyId, now, cancellationToken).ConfigureAwait(false);
        }

        return Keep(name, found.ToIdentity(), found.ExpiresAt);
    }

    /// <summary>Makes a change of a person count at once on this node.</summary>
    public void Forget(Guid userId) => Forget(identity => identity.UserId == userId);

    /// <summary>Makes a revocation count at once on this node.</summary>
    public void ForgetKey(Guid keyId) => Forget(identity => identity.ApiKeyId == keyId);

    /// <summary>Makes the end of a session count at once on this node.</summary>
    public void ForgetSession(Guid sessionId) => Forget(identity => identity.SessionId == sessionId);

    private void Forget(Predicate<Identity> match)
    {
        foreach (var entry in _entries.Where(entry => match(entry.Value.Identity)))
        {
            _entries.TryRemove(entry);
        }
    }

    private async Task<Identity?> LoadSessionAsync(Guid sessionId, CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow();
        if (await sessions.FindAsync(sessionId, now - SessionService.Lifetime, cancellationToken).ConfigureAwait(false) is not { } found)
        {
            return null;
        }

        if (now - found.SessionSeenAt >= SeenEvery)
        {
            await sessions.SeenAsync(sessionId, found.Id, now, cancellationToken).ConfigureAwait(false);
        }

        return Keep(sessionId.ToString(), found.ToIdentity(), expiresAt: null);
    }

    private Identity? Cached(string name) =>
        _entries.TryGetValue(name, out var entry) && entry.Until > time.GetUtcNow() ? entry.Identity : null;

    private Identity Keep(string name, Identity identity, DateTimeOffset? expiresAt)
    {
        var now = time.GetUtcNow();
        if (_entries.Count >= SweepAbove)
        {
            foreach (var old in _entries.Where(old => old.Value.Until <= now))
            {
                _entries.TryRemove(old);
            }
        }

        var until = now + Lifetime;
        _entries[name] = new Entry(identity, expiresAt < until ? expiresAt.Value : until);
        return identity;
    }

    private sealed record Entry(Identity Identity, DateTimeOffset Until);
}
