using Microsoft.Extensions.AI;

namespace Convo.Core.Models.Providers;

/// <summary>One provider: which models it offers and the bare client of each. The pipeline is put around it elsewhere.</summary>
internal interface IModelProvider
{
    string Id { get; }

    /// <summary>How failure messages call it.</summary>
    string Name { get; }

    /// <summary>What it offers by settings alone, in the order people see it; empty when it is not configured.</summary>
    IReadOnlyList<ModelInfo> Models { get; }

    /// <summary>A client that sends exactly one HTTP request a call and throws <see cref="ProviderException"/> for what the provider answers badly.</summary>
    IChatClient Create(ModelInfo model);
}

/// <summary>A provider whose address can be asked which models it has.</summary>
internal interface IDiscoverableProvider : IModelProvider
{
    /// <summary>Whether asking is worth it: false when the settings name the models.</summary>
    bool CanDiscover { get; }

    /// <exception cref="ProviderException">It does not answer, or not with a model list.</exception>
    Task<IReadOnlyList<ModelInfo>> DiscoverAsync(CancellationToken cancellationToken);
}
