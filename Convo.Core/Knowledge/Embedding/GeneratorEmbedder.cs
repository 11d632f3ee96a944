using Microsoft.Extensions.AI;

namespace Convo.Core.Knowledge;

/// <summary>An embedding model behind <see cref="IEmbeddingGenerator{TInput,TEmbedding}"/>: OpenAI, Azure and every compatible server.</summary>
/// <param name="modelId">Names the vector space; must change when the model or its dimensions do.</param>
/// <param name="dimensions">What the model gives, checked on every answer; 0: what its first answer has.</param>
/// <param name="batchSize">Texts a request; servers differ in what they take.</param>
public sealed class GeneratorEmbedder(
    IEmbeddingGenerator<string, Embedding<float>> generator, string modelId, int dimensions, TimeProvider time, int batchSize = 64) : IEmbedder
{
    /// <summary>Somebody waits for the answer to a question; search goes on with keywords alone after that.</summary>
    private static readonly TimeSpan QueryPatience = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan DocumentPatience = TimeSpan.FromSeconds(60);

    private int _dimensions = dimensions;

    public string ModelId => modelId;

    public int Dimensions => Volatile.Read(ref _dimensions);

    public EmbeddingSupplier? Supplier { get; } = EmbeddingSupplier.Of(modelId);

    public double FusionWeight => 1;

    public async Task<IReadOnlyList<float[]>> EmbedAsync(IReadOnlyList<string> texts, EmbeddingPurpose purpose, CancellationToken ct)
    {
        var vectors = new List<float[]>(texts.Count);
        foreach (var batch in texts.Chunk(Math.Max(1, batchSize)))
        {
            // Servers refuse an empty text; a space is the nearest they take.
            var inputs = batch.Select(text => string.IsNullOrWhiteSpace(text) ? " " : text);
            var answer = await AskAsync(inputs, purpose == EmbeddingPurpose.Query ? QueryPatience : DocumentPatience, ct).ConfigureAwait(false);
            if (answer.Count != batch.Length)
                throw new EmbeddingException($"The embedding model {modelId} answered {batch.Length} texts with {answer.Count} vectors.");
            vectors.AddRange(answer.Select(embedding => Normalize(embedding.Vector.Span)));
        }
        return vectors;
    }

    private async Task<GeneratedEmbeddings<Embedding<float>>> AskAsync(IEnumerable<string> inputs, TimeSpan patience, CancellationToken ct)
    {
        using var limit = new CancellationTokenSource(patience, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, ct);
        try
        {
            return await generator.GenerateAsync(inputs, cancellationToken: either.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!ct.IsCancellationRequested)
        {
            throw new EmbeddingException($"The embedding model {modelId} did not answer within {patience.TotalSeconds:0} seconds.", e);
        }
    }

    private float[] Normalize(ReadOnlySpan<float> vector)
    {
        var expected = Interlocked.CompareExchange(ref _dimensions, vector.Length, 0);
        if (vector.Length == 0 || (expected != 0 && vector.Length != expected))
            throw new EmbeddingException($"The embedding model {modelId} gave a vector of {vector.Length} dimensions; {expected} were expected.");
        var squares = 0d;
        foreach (var value in vector)
            squares += (double)value * value;
        // NaN or infinity in one place makes the sum the same.
        if (!double.IsFinite(squares) || squares == 0)
            throw new EmbeddingException($"The embedding model {modelId} gave a vector that is not made of numbers, or all zeros.");
        var unit = new float[vector.Length];
        var norm = Math.Sqrt(squares);
        for (var i = 0; i < unit.Length; i++)
            unit[i] = (float)(vector[i] / norm);
        return unit;
    }
}
