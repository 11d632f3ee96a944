using Microsoft.Extensions.Options;

namespace Convo.Core.Knowledge;

/// <summary>Bounds how many uploads a node stores at the same time.</summary>
internal sealed class UploadGate(IOptions<AttachmentOptions> options) : IDisposable
{
    private readonly SemaphoreSlim _places = new(options.Value.MaxParallelUploads);

    public async Task<IDisposable> EnterAsync(CancellationToken cancellationToken)
    {
        await _places.WaitAsync(cancellationToken).ConfigureAwait(false);
        return new Place(_places);
    }

    public void Dispose() => _places.Dispose();

    private sealed class Place(SemaphoreSlim places) : IDisposable
    {
        public void Dispose() => places.Release();
    }
}
