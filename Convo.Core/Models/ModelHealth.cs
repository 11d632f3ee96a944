using System.Collections.Concurrent;
using Convo.Core.Shared;

namespace Convo.Core.Models;

/// <summary>
/// What is known to be wrong with providers and models on this node: from their lists, asked in the background, and from calls of people.
/// It warns and never forbids: a list can be old, and the next call that works clears it.
/// </summary>
internal sealed class ModelHealth
{
    private readonly ConcurrentDictionary<string, Problem> _providers = new();
    private readonly ConcurrentDictionary<string, IReadOnlyList<string>> _lists = new();
    private readonly ConcurrentDictionary<string, Problem> _models = new();
    private readonly ConcurrentDictionary<string, bool> _worked = new();

    public event Action? Changed;

    public Problem? Of(ModelInfo model)
    {
        if (_models.TryGetValue(model.QualifiedId, out var problem) || _providers.TryGetValue(model.Provider, out problem))
        {
            return problem;
        }

        return !_worked.ContainsKey(model.QualifiedId) && _lists.TryGetValue(model.Provider, out var listed) && !listed.Any(id => IsSame(id, model.Id))
            ? new Problem(ProviderErrors.ModelNotFound, "The provider does not list this model: it has gone, or this key may not use it. Choose another one, or try it: some servers know more than they list.")
            : null;
    }

    public Problem? OfProvider(string provider) => _providers.GetValueOrDefault(provider);

    /// <summary>The provider gave its list. An empty one says nothing about models.</summary>
    public void Listed(string provider, IReadOnlyList<string> ids) => Change(() =>
    {
        _providers.TryRemove(provider, out _);
        if (ids.Count > 0)
        {
            _lists[provider] = ids;
        }
    });

    /// <summary>The provider was asked for its list and failed. Only what would fail an answer too counts: many servers have no list.</summary>
    public void NotListed(string provider, ProviderException problem)
    {
        if (IsOfProvider(problem))
        {
            Change(() => _providers[provider] = problem.ToProblem());
        }
    }

    public void Failed(ModelInfo model, ProviderException problem)
    {
        if (IsOfProvider(problem))
        {
            Change(() => _providers[model.Provider] = problem.ToProblem());
        }
        else if (problem.Code == ProviderErrors.ModelNotFound)
        {
            Change(() => _models[model.QualifiedId] = problem.ToProblem());
        }
    }

    public void Worked(ModelInfo model)
    {
        if (_worked.TryAdd(model.QualifiedId, true) | _models.TryRemove(model.QualifiedId, out _) | _providers.TryRemove(model.Provider, out _))
        {
            Changed?.Invoke();
        }
    }

    /// <summary>Passing troubles (limits, overload) are no reason to avoid a provider.</summary>
    private static bool IsOfProvider(ProviderException problem) => problem.Code is ProviderErrors.Auth or ProviderErrors.Unreachable;

    /// <summary>Lists name dated versions of an alias (claude-haiku-4-5-20251001) and tags (llama3:latest).</summary>
    private static bool IsSame(string listed, string id) =>
        listed.StartsWith(id, StringComparison.OrdinalIgnoreCase) && (listed.Length == id.Length || listed[id.Length] is '-' or ':' or '@');

    private void Change(Action change)
    {
        change();
        Changed?.Invoke();
    }
}
