namespace Convo.Core.Knowledge;

/// <summary>Makes uploaded files searchable; called by jobs.</summary>
public interface IIngestionService
{
    /// <summary>Works on one file until it is ready, failed or given back.</summary>
    /// <param name="attachmentId">That file, if it can be claimed; null: whichever is due.</param>
    /// <returns>False when there was nothing to claim.</returns>
    Task<bool> RunAsync(Guid? attachmentId, CancellationToken cancellationToken);

    /// <summary>Takes care of files whose worker died or that no job was made for.</summary>
    Task SweepAsync(CancellationToken cancellationToken);
}
