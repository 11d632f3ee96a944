using Convo.Core.Accounts;
using Convo.Core.Models.Providers;
using Convo.Core.Models.Providers.Quoter;
using Convo.Core.Shared;
using Microsoft.Extensions.Options;

namespace Convo.Core.Models;

/// <summary>
/// The models of every configured provider, in the order of the providers, the Quoter last; over them lies what administrators changed.
/// Lists are swapped whole, so a reader never sees half of a change.
/// </summary>
internal sealed class ModelCatalogue : IModelCatalogue
{
    private static readonly Problem NotConnected =
        new(ProviderErrors.ModelNotFound, "The provider of this model is not connected. Choose another model; an administrator can set its key or remove the model.");

    private readonly IReadOnlyList<IModelProvider> _providers;
    private readonly ModelOptions _options;
    private readonly ModelHealth _health;
    private readonly Lock _gate = new();
    private readonly Dictionary<string, IReadOnlyList<ModelInfo>> _discovered = [];
    private IReadOnlyList<ModelOverride> _overrides = [];
    private volatile IReadOnlyList<Entry> _entries;

    public ModelCatalogue(IEnumerable<IModelProvider> providers, IOptions<ModelOptions> options, ModelHealth health)
    {
        _providers = [.. providers];
        _options = options.Value;
        _health = health;
        _entries = Merge();
        health.Changed += () => Changed?.Invoke();
    }

    public event Action? Changed;

    public ModelInfo Default => Preferred(List());

    public IReadOnlyList<ModelInfo> List() => OrQuoter(_entries.Where(e => !e.IsHidden));

    public IReadOnlyList<ModelInfo> ListFor(Caller caller) => OrQuoter(_entries.Where(e => !e.IsHidden && e.Audience.Includes(caller)));

    public ModelInfo? Find(string id) => Find([.. _entries.OrderBy(e => e.IsHidden).Select(e => e.Model)], id);

    public ModelInfo? FindFor(Caller caller, string id) => Find(ListFor(caller), id);

    public ModelInfo DefaultFor(Caller caller) => Preferred(ListFor(caller));

    public IReadOnlyList<ModelInfo> FallbacksFor(Caller caller, ModelInfo model)
    {
        var named = _entries.FirstOrDefault(e => e.Model.QualifiedId == model.QualifiedId)?.Override?.Fallbacks ?? [];
        return named.Count == 0 ? [] : [.. named.Select(id => FindFor(caller, id)).OfType<ModelInfo>().Where(m => m.QualifiedId != model.QualifiedId)];
    }

    public Problem? ProblemOf(ModelInfo model) => IsConnected(model) ? _health.Of(model) : NotConnected;

    /// <summary>Everything, hidden ones too.</summary>
    public IReadOnlyList<CatalogueEntry> Entries() =>
        [.. _entries.Select(e => new CatalogueEntry(e.Model, e.Override, IsConnected(e.Model), ProblemOf(e.Model)))];

    /// <summary>The provider of that id and what it assumes of a model; null when Convo knows none.</summary>
    public ModelInfo? Describe(string provider, string id) => _providers.FirstOrDefault(p => p.Id == provider)?.Describe(id);

    /// <summary>What a provider was found to have; null forgets it.</summary>
    internal void Discovered(string provider, IReadOnlyList<ModelInfo>? models) => Change(() =>
    {
        if (models is null)
        {
            _discovered.Remove(provider);
        }
        else
        {
            _discovered[provider] = models;
        }
    });

    /// <summary>What administrators changed, all of it.</summary>
    internal void Overridden(IReadOnlyList<ModelOverride> overrides) => Change(() => _overrides = overrides);

    private void Change(Action change)
    {
        lock (_gate)
        {
            change();
            _entries = Merge();
        }

        Changed?.Invoke();
    }

    private IReadOnlyList<Entry> Merge()
    {
        var changes = _overrides.ToDictionary(o => o.QualifiedId);
        var offered = _providers.SelectMany(p => _discovered.GetValueOrDefault(p.Id) ?? p.Models).DistinctBy(m => m.QualifiedId).ToList();
        var known = offered.Select(m => m.QualifiedId).ToHashSet();
        // Before the Quoter, which is the last resort.
        offered.InsertRange(
            Math.Max(0, offered.Count - 1),
            _overrides.Where(o => o.IsAdded && !known.Contains(o.QualifiedId)).Select(o => Describe(o.Provider, o.Id) ?? Unknown(o)));
        return
        [
            .. offered.Select(m => new Entry(changes.GetValueOrDefault(m.QualifiedId) is { } change ? change.Over(m) : m, changes.GetValueOrDefault(m.QualifiedId)))
                .OrderBy(e => e.Override?.Position ?? int.MaxValue),
        ];
    }

    private static ModelInfo Unknown(ModelOverride model) => new(model.Id, model.Provider, model.Id, model.ContextWindow ?? 32_768, model.MaxOutputTokens ?? 4_096, null);

    private bool IsConnected(ModelInfo model) => _providers.Any(p => p.Id == model.Provider && (p.Models.Count > 0 || _discovered.ContainsKey(p.Id) || p is IDiscoverableProvider { Discovery: not DiscoveryUse.None }));

    private ModelInfo[] OrQuoter(IEnumerable<Entry> entries)
    {
        ModelInfo[] models = [.. entries.Select(e => e.Model)];
        return models.Length > 0 ? models : [.. _entries.Where(e => e.Model.Provider == QuoterProvider.ProviderId).Select(e => e.Model)];
    }

    /// <summary>Ids may hold a slash themselves (openai/gpt-oss-20b), so the plain name goes first only where it is the whole name.</summary>
    private static ModelInfo? Find(IReadOnlyList<ModelInfo> models, string id) => models.FirstOrDefault(m => m.QualifiedId == id) ?? models.FirstOrDefault(m => m.Id == id);

    /// <summary>
    /// The model of the setting, else the first that works, but never the Quoter while a language model is there at all: its answers are
    /// another thing than people expect.
    /// </summary>
    private ModelInfo Preferred(IReadOnlyList<ModelInfo> models) =>
        (_options.DefaultModel is { } id ? Find(models, id) : null)
        ?? models.FirstOrDefault(m => m.Provider != QuoterProvider.ProviderId && ProblemOf(m) is null)
        ?? models[0];

    private sealed record Entry(ModelInfo Model, ModelOverride? Override)
    {
        public bool IsHidden => Override?.IsHidden == true;

        public ModelAudience Audience => Override?.Audience ?? ModelAudience.All;
    }
}
