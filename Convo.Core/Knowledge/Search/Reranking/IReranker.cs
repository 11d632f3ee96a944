namespace Convo.Core.Knowledge;

/// <summary>Orders passages by how well they answer a question.</summary>
internal interface IReranker
{
    /// <summary>The model that orders; null when none is configured.</summary>
    string? Name { get; }

    /// <returns>A score for each text, in their order, higher is better; null when the reranker could not be had: the order then stays.</returns>
    Task<IReadOnlyList<double>?> ScoreAsync(string question, IReadOnlyList<string> texts, CancellationToken cancellationToken);
}
