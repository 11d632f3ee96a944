using System.Collections.Concurrent;
using System.Data.Common;
using Convo.Core.Accounts;
using Convo.Core.Shared;

namespace Convo.Web.Hosting;

/// <summary>
/// Event streams and circuits last for hours after their credential was checked. This checks again while they last, and cuts those whose
/// person or key does not count any more. What such a person or key still has running is stopped, wherever it was refused.
/// </summary>
internal sealed partial class RequestWatch(IIdentityService identities, IRevokedTurns turns, TimeProvider time, ILogger<RequestWatch> logger)
    : BackgroundService
{
    /// <summary>With the identity cache's 10 s this stays below the promised 30 s.</summary>
    public static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    private readonly ConcurrentDictionary<Watched, bool> _open = new();

    public async Task RunAsync(HttpContext context, RequestDelegate next)
    {
        var watched = new Watched(context);
        _open.TryAdd(watched, true);
        try
        {
            await next(context);
        }
        finally
        {
            _open.TryRemove(watched, out _);
            watched.End();
        }
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                await CheckAsync(stoppingToken);
                await StopRevokedAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Convo stops; the streams end with it.
        }
    }

    private async Task CheckAsync(CancellationToken cancellationToken)
    {
        foreach (var watched in _open.Keys)
        {
            try
            {
                if (!await watched.StillCountsAsync(identities, cancellationToken) && watched.Abort())
                {
                    LogCut(watched.UserId);
                }
            }
            catch (Exception e) when (e is DbException or ConvoException { Kind: ProblemKind.Unavailable })
            {
                // A database that is away says nothing about the person; the next round asks again.
                LogUnknown(e.Message);
                return;
            }
        }
    }

    private async Task StopRevokedAsync(CancellationToken cancellationToken)
    {
        try
        {
            await turns.StopRevokedAsync(cancellationToken);
        }
        catch (Exception e) when (e is DbException or ConvoException)
        {
            LogUnknown(e.Message);
        }
    }

    [LoggerMessage(Level = LogLevel.Information, Message = "A running request of user {UserId} was cut: their session or key has ended")]
    private partial void LogCut(Guid? userId);

    [LoggerMessage(Level = LogLevel.Warning, Message = "Running requests could not be checked: {Reason}")]
    private partial void LogUnknown(string reason);

    /// <summary>What is needed is copied at the start: a context that has ended may already serve another request.</summary>
    private sealed class Watched(HttpContext context)
    {
        private readonly Lock _gate = new();
        private readonly string? _key = context.User.ApiKeyId() is null ? null : ApiKeyHandler.TokenIn(context.Request);
        private readonly string? _stamp = context.User.SecurityStamp();
        private readonly Guid? _session = context.User.SessionId();
        private bool _ended;

        public Guid? UserId { get; } = context.User.UserId();

        public async Task<bool> StillCountsAsync(IIdentityService identities, CancellationToken cancellationToken) => _key is not null
            ? await identities.FindApiKeyAsync(_key, cancellationToken) is not null
            : _session is { } session && _stamp is not null && await identities.FindSessionAsync(session, _stamp, cancellationToken) is not null;

        public void End()
        {
            lock (_gate)
            {
                _ended = true;
            }
        }

        public bool Abort()
        {
            lock (_gate)
            {
                if (_ended)
                {
                    return false;
                }

                context.Abort();
                return true;
            }
        }
    }
}
