using Convo.Core.Accounts;

namespace Convo.Core.Turns.Completions;

/// <summary>Vectors for programs, from the model that also serves the search.</summary>
public interface IEmbeddingService
{
    /// <summary>Ids of the models that can be asked.</summary>
    IReadOnlyList<string> Models { get; }

    /// <param name="caller">Who pays.</param>
    /// <param name="model">One of <see cref="Models"/>, with or without its provider; null: the one there is.</param>
    /// <param name="texts">At most 2,048.</param>
    /// <param name="dimensions">A shorter vector than the model's: its first numbers, brought back to length 1.</param>
    /// <param name="cancellationToken">Ends the call of the provider.</param>
    /// <exception cref="Shared.ConvoException">400 naming the field, 404 <c>model_not_found</c>, 429 <c>budget_exceeded</c>, 503.</exception>
    /// <exception cref="Models.ProviderException">The provider failed; nothing is billed.</exception>
    Task<Embeddings> EmbedAsync(Caller caller, string? model, IReadOnlyList<string> texts, int? dimensions, CancellationToken cancellationToken);
}

/// <param name="Tokens">Of all texts, counted here.</param>
public sealed record Embeddings(string Model, IReadOnlyList<float[]> Vectors, int Tokens);
