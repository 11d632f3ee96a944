using Microsoft.Extensions.AI;

namespace Convo.Core.Models.Providers;

/// <summary>One address of one protocol.</summary>
internal interface IChatEndpoint : IDisposable
{
    /// <summary>A bare client; see <see cref="IModelProvider.Create"/>.</summary>
    IChatClient Chat(string model);

    /// <summary>The ids of the models that the address lists.</summary>
    /// <exception cref="ProviderException">It does not answer, or not with a list.</exception>
    Task<IReadOnlyList<string>> ListModelsAsync(CancellationToken cancellationToken);
}
