using Microsoft.Extensions.AI;

namespace Convo.Core.Models;

/// <summary>The models that can be used now. Reads are from memory.</summary>
public interface IModelCatalogue
{
    /// <summary>In the order people see them; never empty, since the Quoter is always there.</summary>
    IReadOnlyList<ModelInfo> List();

    /// <summary>By <c>id</c> or <c>provider/id</c>; null when there is none.</summary>
    ModelInfo? Find(string id);

    /// <summary>What a thread uses that names no model: the first of a configured provider, else the Quoter.</summary>
    ModelInfo Default { get; }
}

/// <summary>Chat clients, each with the whole pipeline (timeouts, length cap, retries before the first delta, usage, metrics) around its provider.</summary>
public interface IChatClients
{
    /// <summary>
    /// The client of a model. Its stream ends with a <see cref="ChatFinishReason"/> and a <see cref="UsageContent"/>, or throws
    /// <see cref="ProviderException"/>; a stream that just ends throws with code <c>stream_cut</c>.
    /// </summary>
    IChatClient For(ModelInfo model);
}

/// <summary>Counts tokens the way a model does, or near enough to reserve by.</summary>
public interface ITokenCounter
{
    int Count(string text);
}
