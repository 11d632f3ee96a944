using Convo.Core.Models.Providers;
using Microsoft.Extensions.Options;

namespace Convo.Core.Models;

/// <summary>
/// The models of every configured provider, in the order of the providers, the Quoter last. Lists are swapped whole, so a reader never
/// sees half of a change.
/// </summary>
internal sealed class ModelCatalogue : IModelCatalogue
{
    private readonly IReadOnlyList<IModelProvider> _providers;
    private readonly ModelOptions _options;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, IReadOnlyList<ModelInfo>> _discovered = [];
    private volatile IReadOnlyList<ModelInfo> _models;

    public ModelCatalogue(IEnumerable<IModelProvider> providers, IOptions<ModelOptions> options)
    {
        _providers = [.. providers];
        _options = options.Value;
        _models = Merge();
    }

    public IReadOnlyList<ModelInfo> List() => _models;

    public ModelInfo? Find(string id)
    {
        var models = _models;

        // Ids may hold a slash themselves (openai/gpt-oss-20b), so the plain name goes first only where it is the whole name.
        return models.FirstOrDefault(m => m.QualifiedId == id) ?? models.FirstOrDefault(m => m.Id == id);
    }

    public ModelInfo Default => (_options.DefaultModel is { } id ? Find(id) : null) ?? _models[0];

    /// <summary>What a provider was found to have; null forgets it.</summary>
    internal void Discovered(string provider, IReadOnlyList<ModelInfo>? models)
    {
        lock (_gate)
        {
            if (models is null)
            {
                _discovered.Remove(provider);
            }
            else
            {
                _discovered[provider] = models;
            }

            _models = Merge();
        }
    }

    private IReadOnlyList<ModelInfo> Merge() => [.. _providers.SelectMany(p => _discovered.GetValueOrDefault(p.Id) ?? p.Models).DistinctBy(m => m.QualifiedId)];
}
