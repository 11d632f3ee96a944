using Convo.Core.Accounts;
using Convo.Core.Shared;
using Microsoft.Extensions.AI;

namespace Convo.Core.Models;

/// <summary>
/// The models that can be used now. Reads are from memory. What a person may choose is asked with a <see cref="Caller"/>; without one the
/// whole catalogue answers, for prices and names.
/// </summary>
public interface IModelCatalogue
{
    /// <summary>All that are not hidden, in the order people see them; never empty, since the Quoter is always there.</summary>
    IReadOnlyList<ModelInfo> List();

    /// <summary>By <c>id</c> or <c>provider/id</c>, hidden ones too; null when there is none.</summary>
    ModelInfo? Find(string id);

    /// <summary>What a thread uses that names no model: the first of a configured provider, else the Quoter.</summary>
    ModelInfo Default { get; }

    /// <summary>What this person may choose; the Quoter when there is nothing else.</summary>
    IReadOnlyList<ModelInfo> ListFor(Caller caller) => List();

    /// <summary>By <c>id</c> or <c>provider/id</c> among those the person may choose.</summary>
    ModelInfo? FindFor(Caller caller, string id) => Find(id);

    ModelInfo DefaultFor(Caller caller) => Default;

    /// <summary>Who is asked when the model fails before its first word, in this order; only what the person may choose.</summary>
    IReadOnlyList<ModelInfo> FallbacksFor(Caller caller, ModelInfo model) => [];

    /// <summary>What is known to be wrong with a model now; a warning, it can be tried all the same.</summary>
    Problem? ProblemOf(ModelInfo model) => null;

    /// <summary>The list or what is known of it is another now. Raised on any thread.</summary>
    event Action? Changed
    {
        add { }
        remove { }
    }
}

/// <summary>Chat clients, each with the whole pipeline (timeouts, length cap, retries before the first delta, usage, metrics) around its provider.</summary>
public interface IChatClients
{
    /// <summary>
    /// The client of a model. Its stream ends with a <see cref="ChatFinishReason"/> and a <see cref="UsageContent"/>, or throws
    /// <see cref="ProviderException"/>; a stream that just ends throws with code <c>stream_cut</c>.
    /// </summary>
    IChatClient For(ModelInfo model);

    /// <summary>The same with others behind it; a <see cref="Middleware.ModelSwitched"/> in the stream says who answers instead.</summary>
    IChatClient For(ModelInfo model, IReadOnlyList<ModelInfo> fallbacks) => For(model);
}

/// <summary>Counts tokens the way a model does, or near enough to reserve by.</summary>
public interface ITokenCounter
{
    int Count(string text);
}
