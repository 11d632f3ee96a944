namespace Convo.Core.Knowledge;

/// <summary>Makes some node's worker look for a file to work on.</summary>
public interface IIngestionQueue
{
    /// <param name="attachmentId">Names the job, so that one file never has two.</param>
    /// <param name="notBefore">Null: now.</param>
    Task EnqueueAsync(Guid attachmentId, DateTimeOffset? notBefore, CancellationToken cancellationToken);
}
