using Convo.Core.Accounts;

namespace Convo.Core.Knowledge;

/// <summary>What was retrieved for an answer, kept with it: which rank each leg gave, what was cut and why.</summary>
public interface IRetrievalLog
{
    /// <summary>Null when nothing was searched for that answer. 404 for a foreign message.</summary>
    Task<Retrieval?> GetAsync(Caller caller, Guid messageId, CancellationToken cancellationToken);
}
