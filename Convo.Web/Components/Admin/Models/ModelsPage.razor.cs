using Convo.Core.Accounts;
using Convo.Core.Models;
using Convo.Core.Shared;
using Convo.Web.Components.Shared;
using Microsoft.AspNetCore.Components;
using MudBlazor;

namespace Convo.Web.Components.Admin.Models;

/// <summary>The catalogue of models for administrators: order, names, prices, limits, who may use each, and what stands in when one fails.</summary>
public sealed partial class ModelsPage : IDisposable
{
    private IReadOnlyList<CatalogueEntry>? _entries;
    private IReadOnlyList<ProviderState> _providers = [];
    private ConvoException? _problem;
    private string? _edited;
    private bool _adding;
    private bool _busy;

    [Inject] internal IModelAdministration Models { get; set; } = null!;
    [Inject] internal IModelCatalogue Catalogue { get; set; } = null!;
    [Inject] internal CurrentPerson Current { get; set; } = null!;
    [Inject] internal Failures Failures { get; set; } = null!;
    [Inject] internal ISnackbar Snackbar { get; set; } = null!;

    private IReadOnlyList<string> Ids => [.. (_entries ?? []).Select(entry => entry.Model.QualifiedId)];

    private IEnumerable<ProviderState> Troubled => _providers.Where(provider => provider.Problem is not null && provider.IsConnected);

    protected override Task OnInitializedAsync()
    {
        Catalogue.Changed += OnChanged;
        return TryAsync(_ => Task.CompletedTask);
    }

    public void Dispose() => Catalogue.Changed -= OnChanged;

    private void OnChanged() => _ = InvokeAsync(async () =>
    {
        // What is being typed must not move under the hands.
        if (_edited is null && !_adding && !_busy) await TryAsync(_ => Task.CompletedTask);
        StateHasChanged();
    });

    private int PlaceOf(CatalogueEntry entry) => Ids.ToList().IndexOf(entry.Model.QualifiedId);

    private void Add() => (_adding, _edited) = (!_adding, null);

    private void Edit(CatalogueEntry entry) => (_edited, _adding) = (_edited == entry.Model.QualifiedId ? null : entry.Model.QualifiedId, false);

    private void Close() => (_edited, _adding) = (null, false);

    private async Task<ConvoException?> SaveAsync((string Id, ModelDraft Draft) change)
    {
        if (!await TryAsync(caller => Models.PutAsync(caller, change.Id, change.Draft, CancellationToken.None)))
        {
            var shown = _problem;
            _problem = null;
            return shown;
        }

        Close();
        Snackbar.Add("Saved.", Severity.Normal);
        return null;
    }

    private Task<bool> HideAsync(CatalogueEntry entry) => TryAsync(caller =>
        Models.PutAsync(caller, entry.Model.QualifiedId, ModelDrafts.Of(entry) with { Hidden = !entry.IsHidden }, CancellationToken.None));

    private Task<bool> ResetAsync(CatalogueEntry entry) => TryAsync(caller => Models.DeleteAsync(caller, entry.Model.QualifiedId, CancellationToken.None));

    private Task MoveAsync(CatalogueEntry entry, int by)
    {
        List<string> ids = [.. Ids];
        var from = ids.IndexOf(entry.Model.QualifiedId);
        var to = from + by;
        if (from < 0 || to < 0 || to >= ids.Count) return Task.CompletedTask;
        (ids[from], ids[to]) = (ids[to], ids[from]);
        return TryAsync(caller => Models.ReorderAsync(caller, ids, CancellationToken.None));
    }

    private async Task<bool> TryAsync(Func<Caller, Task> action)
    {
        (_busy, _problem) = (true, null);
        try
        {
            var caller = await Current.CallerAsync();
            await action(caller);
            (_entries, _providers) = (Models.List(caller), Models.Providers(caller));
            return true;
        }
        catch (Exception e)
        {
            _problem = Failures.Plain(e);
            return false;
        }
        finally
        {
            _busy = false;
        }
    }
}
