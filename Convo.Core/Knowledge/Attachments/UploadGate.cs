using Microsoft.Extensions.Options;

namespace Convo.Core.Knowledge;

/// <summary>Bounds how many uploads a node receives, and how many of those it writes to the database, at the same time.</summary>
internal sealed class UploadGate(IOptions<AttachmentOptions> options) : IDisposable
{
    private readonly SemaphoreSlim _receiving = new(options.Value.MaxParallelUploads);
    private readonly SemaphoreSlim _storing = new(options.Value.MaxParallelStores);

    public Task<IDisposable> ReceiveAsync(CancellationToken cancellationToken) => Place.InAsync(_receiving, cancellationToken);

    public Task<IDisposable> StoreAsync(CancellationToken cancellationToken) => Place.InAsync(_storing, cancellationToken);

    public void Dispose()
    {
        _receiving.Dispose();
        _storing.Dispose();
    }

    private sealed class Place(SemaphoreSlim places) : IDisposable
    {
        public static async Task<IDisposable> InAsync(SemaphoreSlim places, CancellationToken cancellationToken)
        {
            await places.WaitAsync(cancellationToken).ConfigureAwait(false);
            return new Place(places);
        }

        public void Dispose() => places.Release();
    }
}
