namespace Convo.Core.Knowledge;

/// <summary>Tells every node that a file's state changed. A signal carries nothing but the id: who hears it reads the state.</summary>
public interface IAttachmentSignals
{
    /// <summary>Best effort; never throws for a signal that could not be sent, since watchers look by themselves as well.</summary>
    Task AnnounceAsync(Guid attachmentId, CancellationToken cancellationToken);

    /// <summary>Calls <paramref name="changed"/> for each signal until disposed.</summary>
    Task<IAsyncDisposable> ListenAsync(Guid attachmentId, Action changed, CancellationToken cancellationToken);
}
