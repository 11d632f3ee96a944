using Convo.Core.Accounts;

namespace Convo.Core.Knowledge;

/// <summary>Search for people: passages with the scores of each leg, nothing left out for a model's sake.</summary>
public interface ISearchService
{
    /// <exception cref="Shared.ConvoException">400 for an empty question or a limit outside 1 to 200.</exception>
    Task<IReadOnlyList<Passage>> SearchAsync(Caller caller, SearchRequest request, CancellationToken cancellationToken);
}

public sealed record SearchRequest(string Text, RetrievalScope Scope, SearchMode Mode = SearchMode.Hybrid, int Limit = 20);
