namespace Convo.Core.Knowledge;

/// <summary>Keeps the search index in step with what is stored; run now and then by a job, on one node at a time.</summary>
public interface ISearchMaintenance
{
    Task RunAsync(CancellationToken cancellationToken);
}
