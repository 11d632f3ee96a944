using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Convo.Core.Models;

/// <summary>Keeps this node's catalogue as it is in the database: read before the first request, again at every announcement and now and then.</summary>
internal sealed partial class ModelCatalogueSync(
    IModelStore store, IModelSignals signals, ModelCatalogue catalogue, TimeProvider time, ILogger<ModelCatalogueSync> logger) : BackgroundService
{
    private static readonly TimeSpan LookEvery = TimeSpan.FromSeconds(20);

    private readonly SemaphoreSlim _changed = new(0, 1);

    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        await TryReloadAsync(cancellationToken).ConfigureAwait(false);
        await base.StartAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <exception cref="Shared.ConvoException">The database is away.</exception>
    public async Task ReloadAsync(CancellationToken cancellationToken) =>
        catalogue.Overridden(await store.LoadAsync(cancellationToken).ConfigureAwait(false));

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var listening = await signals.ListenAsync(OnChanged, stoppingToken).ConfigureAwait(false);
        await using var _ = listening.ConfigureAwait(false);
        while (!stoppingToken.IsCancellationRequested)
        {
            using var look = new CancellationTokenSource(LookEvery, time);
            using var both = CancellationTokenSource.CreateLinkedTokenSource(look.Token, stoppingToken);
            try
            {
                await _changed.WaitAsync(both.Token).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (!stoppingToken.IsCancellationRequested)
            {
                // No announcement: announcements can be lost with their connection, so a look is due.
            }

            await TryReloadAsync(stoppingToken).ConfigureAwait(false);
        }
    }

    public override void Dispose()
    {
        _changed.Dispose();
        base.Dispose();
    }

    private void OnChanged()
    {
        try
        {
            _changed.Release();
        }
        catch (Exception e) when (e is SemaphoreFullException or ObjectDisposedException)
        {
            // A look is due already, or the node is stopping.
        }
    }

    private async Task TryReloadAsync(CancellationToken cancellationToken)
    {
        try
        {
            await ReloadAsync(cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            LogNotRead(e);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The catalogue of models could not be read; what is known goes on and it is tried again")]
    private partial void LogNotRead(Exception exception);
}
