using System.Globalization;
using Convo.Core.Accounts;
using Convo.Core.Models.Providers;
using Convo.Core.Shared;

namespace Convo.Core.Models;

internal sealed class ModelAdministration(
    ModelCatalogue catalogue, ModelCatalogueSync sync, IModelStore store, IModelSignals signals, ModelHealth health, IEnumerable<IModelProvider> providers, TimeProvider time)
    : IModelAdministration
{
    private const int MostIds = 2000;

    public IReadOnlyList<CatalogueEntry> List(Caller caller)
    {
        caller.RequireAdmin();
        return catalogue.Entries();
    }

    public IReadOnlyList<ProviderState> Providers(Caller caller)
    {
        caller.RequireAdmin();
        return [.. providers.Select(p => new ProviderState(p.Id, p.Name, p.Models.Count > 0 || p is IDiscoverableProvider { Discovery: not DiscoveryUse.None }, health.OfProvider(p.Id)))];
    }

    public Task<IReadOnlyList<TeamName>> TeamsAsync(Caller caller, CancellationToken cancellationToken)
    {
        caller.RequireAdmin();
        return store.TeamsAsync(cancellationToken);
    }

    public CatalogueEntry Get(Caller caller, string id) => List(caller).FirstOrDefault(e => e.Model.QualifiedId == id) ?? throw ConvoException.NotFound("model");

    public async Task<CatalogueEntry> PutAsync(Caller caller, string id, ModelDraft draft, CancellationToken cancellationToken)
    {
        var entries = List(caller);
        var (provider, name) = Split(id);
        var known = entries.FirstOrDefault(e => e.Model.QualifiedId == id);
        if (known is null && providers.All(p => p.Id != provider))
        {
            throw ConvoException.Invalid("id", $"There is no provider {provider} here. Connected ones: {string.Join(", ", providers.Select(p => p.Id))}.");
        }

        ModelDraftRules.Check(draft, known?.Model ?? catalogue.Describe(provider, name)!, entries.Select(e => e.Model.QualifiedId).ToHashSet());
        var isAdded = known is null || known.Override?.IsAdded == true;
        var model = ModelDraftRules.Apply(new ModelOverride(provider, name) { IsAdded = isAdded, Position = known?.Override?.Position }, draft);
        await store.SaveAsync(model, Audit(caller, known is null ? "model.added" : "model.changed", id, Details(draft)), cancellationToken).ConfigureAwait(false);
        await TellAsync(cancellationToken).ConfigureAwait(false);
        return Get(caller, id);
    }

    public async Task DeleteAsync(Caller caller, string id, CancellationToken cancellationToken)
    {
        caller.RequireAdmin();
        var (provider, name) = Split(id);
        if (!await store.DeleteAsync(provider, name, Audit(caller, "model.reset", id, []), cancellationToken).ConfigureAwait(false))
        {
            throw ConvoException.NotFound("change of a model");
        }

        await TellAsync(cancellationToken).ConfigureAwait(false);
    }

    public async Task ReorderAsync(Caller caller, IReadOnlyList<string> ids, CancellationToken cancellationToken)
    {
        var known = List(caller).Select(e => e.Model.QualifiedId).ToHashSet();
        if (ids.Count > MostIds || ids.Distinct().Count() != ids.Count || ids.Any(i => i is null || !known.Contains(i)))
        {
            throw ConvoException.Invalid("ids", "ids must name models of the catalogue as provider/model, each once.");
        }

        var audit = Audit(caller, "model.reordered", null, new() { ["order"] = string.Join(", ", ids) });
        await store.ReorderAsync([.. ids.Select(Split)], audit, cancellationToken).ConfigureAwait(false);
        await TellAsync(cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Here at once; who asked finds his change in the next answer.</summary>
    private async Task TellAsync(CancellationToken cancellationToken)
    {
        await sync.ReloadAsync(cancellationToken).ConfigureAwait(false);
        await signals.AnnounceAsync(cancellationToken).ConfigureAwait(false);
    }

    private static (string Provider, string Id) Split(string id)
    {
        var slash = id.IndexOf('/', StringComparison.Ordinal);
        return slash > 0 && slash < id.Length - 1 && id.Length <= 240 && !id.Any(c => char.IsControl(c) || char.IsWhiteSpace(c))
            ? (id[..slash], id[(slash + 1)..])
            : throw ConvoException.Invalid("id", "A model is named provider/model, without blanks and with at most 240 characters.");
    }

    private AuditEntry Audit(Caller caller, string action, string? id, Dictionary<string, string?> details) =>
        new(time.NewId(), time.GetUtcNow(), caller.UserId, action, "model", id, Details: details);

    private static Dictionary<string, string?> Details(ModelDraft draft) => new()
    {
        ["name"] = draft.Name,
        ["context_window"] = draft.ContextWindow?.ToString(CultureInfo.InvariantCulture),
        ["max_output_tokens"] = draft.MaxOutputTokens?.ToString(CultureInfo.InvariantCulture),
        ["input_price"] = draft.InputPrice?.ToString(CultureInfo.InvariantCulture),
        ["output_price"] = draft.OutputPrice?.ToString(CultureInfo.InvariantCulture),
        ["hidden"] = draft.Hidden ? "true" : "false",
        ["audience"] = (draft.TeamIds?.Count ?? 0) + (draft.UserIds?.Count ?? 0) == 0 ? "everyone" : string.Join(", ", [.. draft.TeamIds ?? [], .. draft.UserIds ?? []]),
        ["fallbacks"] = string.Join(", ", draft.Fallbacks ?? []),
    };
}
