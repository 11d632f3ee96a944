using Convo.Core.Accounts;

namespace Convo.Core.Models;

/// <summary>The catalogue in the hands of administrators. Ids are <c>provider/model</c>.</summary>
public interface IModelAdministration
{
    /// <summary>Every model, hidden ones too, in the order people see them.</summary>
    IReadOnlyList<CatalogueEntry> List(Caller caller);

    /// <summary>The providers a model can be added to.</summary>
    IReadOnlyList<ProviderState> Providers(Caller caller);

    /// <summary>The teams a model can be given to.</summary>
    Task<IReadOnlyList<TeamName>> TeamsAsync(Caller caller, CancellationToken cancellationToken);

    /// <exception cref="Shared.ConvoException">404.</exception>
    CatalogueEntry Get(Caller caller, string id);

    /// <summary>Puts this in place of whatever was changed of the model before; a model that nobody lists is added.</summary>
    /// <exception cref="Shared.ConvoException">400 with the field; 404 for an unknown team or person.</exception>
    Task<CatalogueEntry> PutAsync(Caller caller, string id, ModelDraft draft, CancellationToken cancellationToken);

    /// <summary>Takes every change back: a shipped model is as shipped again, an added one is gone.</summary>
    Task DeleteAsync(Caller caller, string id, CancellationToken cancellationToken);

    /// <summary>The order people see; models that are not named come behind.</summary>
    Task ReorderAsync(Caller caller, IReadOnlyList<string> ids, CancellationToken cancellationToken);
}

/// <summary>What an administrator says of a model; what is left out is as shipped.</summary>
/// <param name="InputPrice">US dollars per million tokens. Input and output price are given together.</param>
/// <param name="CachedInputPrice">Left out: the input price.</param>
/// <param name="TeamIds">With teams or people named, only they may choose the model.</param>
/// <param name="Fallbacks">Ids of models that are asked, in this order, when this one fails before its first word.</param>
public sealed record ModelDraft(
    string? Name = null,
    int? ContextWindow = null,
    int? MaxOutputTokens = null,
    decimal? InputPrice = null,
    decimal? CachedInputPrice = null,
    decimal? OutputPrice = null,
    bool? SupportsTemperature = null,
    bool? SupportsImages = null,
    bool? SupportsSystemPrompt = null,
    bool Hidden = false,
    bool? Everyone = null,
    IReadOnlyList<Guid>? TeamIds = null,
    IReadOnlyList<Guid>? UserIds = null,
    IReadOnlyList<string>? Fallbacks = null);

/// <summary>A provider and how it is doing.</summary>
/// <param name="IsConnected">It has what it needs to be called.</param>
public sealed record ProviderState(string Id, string Name, bool IsConnected, Shared.Problem? Problem);
