using Convo.Core.Accounts;
using Convo.Core.Models;
using Convo.Core.Shared;
using Microsoft.AspNetCore.Components;

namespace Convo.Web.Components.Admin.Models;

/// <summary>One model's changes. It keeps what is typed; the page saves it.</summary>
public sealed partial class ModelForm
{
    private const int MostPeople = 200;

    private ModelFields _draft = new();
    private CatalogueEntry? _shown;
    private IReadOnlyList<TeamName> _teams = [];
    private IReadOnlyList<User> _people = [];
    private ConvoException? _problem;
    private string _provider = "";
    private string _id = "";
    private bool _busy;
    private ElementReference _first;

    /// <summary>Null adds a model.</summary>
    [Parameter] public CatalogueEntry? Entry { get; set; }

    [Parameter] public IReadOnlyList<ProviderState> Providers { get; set; } = [];

    /// <summary>Qualified ids of the whole catalogue.</summary>
    [Parameter] public IReadOnlyList<string> Models { get; set; } = [];

    /// <summary>Gives back what was wrong; null when it is saved.</summary>
    [Parameter, EditorRequired] public Func<(string Id, ModelDraft Draft), Task<ConvoException?>> OnSave { get; set; } = null!;

    [Parameter] public EventCallback OnClose { get; set; }

    private IEnumerable<string> Others => Models.Where(id => id != Entry?.Model.QualifiedId);

    protected override async Task OnInitializedAsync()
    {
        _provider = Providers.FirstOrDefault(provider => provider.IsConnected)?.Id ?? "";
        var caller = await Current.CallerAsync();
        _teams = await Administration.TeamsAsync(caller, CancellationToken.None);
        _people = (await Users.ListAsync(caller, new UserFilter(null, null, MostPeople), CancellationToken.None)).Items;
    }

    protected override void OnParametersSet()
    {
        if (ReferenceEquals(_shown, Entry)) return;
        _shown = Entry;
        _draft = ModelFields.Of(Entry is null ? new ModelDraft() : ModelDrafts.Of(Entry));
    }

    protected override async Task OnAfterRenderAsync(bool firstRender)
    {
        if (firstRender && Entry is null) await _first.FocusAsync();
    }

    private static void Toggle(HashSet<Guid> chosen, Guid id)
    {
        if (!chosen.Remove(id)) chosen.Add(id);
    }

    private async Task SaveAsync()
    {
        _busy = true;
        var id = Entry?.Model.QualifiedId ?? $"{_provider}/{_id.Trim()}";
        _problem = await OnSave((id, _draft.ToDraft()));
        _busy = false;
    }
}

/// <summary>The fields as they are bound.</summary>
internal sealed class ModelFields
{
    public string? Name { get; set; }
    public int? ContextWindow { get; set; }
    public int? MaxOutputTokens { get; set; }
    public decimal? Input { get; set; }
    public decimal? CachedInput { get; set; }
    public decimal? Output { get; set; }
    public bool? Temperature { get; set; }
    public bool? Images { get; set; }
    public bool? System { get; set; }
    public bool Hidden { get; set; }
    public bool Everyone { get; set; } = true;
    public HashSet<Guid> Teams { get; private set; } = [];
    public HashSet<Guid> People { get; private set; } = [];

    /// <summary>The first that is asked; further ones come from the API and are kept.</summary>
    public string Fallback { get; set; } = "";
    public IReadOnlyList<string> MoreFallbacks { get; private set; } = [];

    public static ModelFields Of(ModelDraft draft) => new()
    {
        Name = draft.Name,
        ContextWindow = draft.ContextWindow,
        MaxOutputTokens = draft.MaxOutputTokens,
        Input = draft.InputPrice,
        CachedInput = draft.CachedInputPrice,
        Output = draft.OutputPrice,
        Temperature = draft.SupportsTemperature,
        Images = draft.SupportsImages,
        System = draft.SupportsSystemPrompt,
        Hidden = draft.Hidden,
        Everyone = draft.Everyone ?? true,
        Teams = [.. draft.TeamIds ?? []],
        People = [.. draft.UserIds ?? []],
        Fallback = draft.Fallbacks is [var first, ..] ? first : "",
        MoreFallbacks = [.. (draft.Fallbacks ?? []).Skip(1)],
    };

    public ModelDraft ToDraft() => new(
        string.IsNullOrWhiteSpace(Name) ? null : Name, ContextWindow, MaxOutputTokens, Input, CachedInput, Output, Temperature, Images, System, Hidden,
        Everyone, Everyone ? [] : [.. Teams], Everyone ? [] : [.. People],
        Fallback.Length == 0 ? [] : [.. MoreFallbacks.Where(id => id != Fallback).Prepend(Fallback)]);
}
