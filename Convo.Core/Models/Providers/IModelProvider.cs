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

    /// <summary>What is assumed of a model that only an administrator or the provider's list names.</summary>
    ModelInfo Describe(string id);

    /// <summary>A client that sends exactly one HTTP request a call and throws <see cref="ProviderException"/> for what the provider answers badly.</summary>
    IChatClient Create(ModelInfo model);
}

/// <summary>A provider whose address can be asked which models it has.</summary>
internal interface IDiscoverableProvider : IModelProvider
{
    DiscoveryUse Discovery { get; }

    /// <exception cref="ProviderException">It does not answer, or not with a model list.</exception>
    Task<IReadOnlyList<string>> ListModelIdsAsync(CancellationToken cancellationToken);
}

/// <summary>What the list of an address is good for.</summary>
internal enum DiscoveryUse
{
    /// <summary>It is not asked.</summary>
    None,

    /// <summary>It tells whether the key and the address are right.</summary>
    Check,

    /// <summary>It also tells which models there are, so that one that has vanished is noticed.</summary>
    CheckModels,

    /// <summary>What it lists is what is offered.</summary>
    Offer,
}
