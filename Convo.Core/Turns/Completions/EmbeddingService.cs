using Convo.Core.Accounts;
using Convo.Core.Knowledge;
using Convo.Core.Models;
using Convo.Core.Shared;
using Convo.Core.Usage;

namespace Convo.Core.Turns.Completions;

/// <inheritdoc cref="IEmbeddingService"/>
internal sealed class EmbeddingService(IEmbedder embedder, IEmbeddingMeter meter, ITokenCounter counter) : IEmbeddingService
{
    private const int MostTexts = 2048;
    private const int MostTokens = 300_000;
    private const int MostTokensOfOne = 8192;

    public IReadOnlyList<string> Models => [embedder.ModelId];

    public async Task<Embeddings> EmbedAsync(Caller caller, string? model, IReadOnlyList<string> texts, int? dimensions, CancellationToken cancellationToken)
    {
        if (model is not null && model != embedder.ModelId && !embedder.ModelId.EndsWith("/" + model, StringComparison.Ordinal))
        {
            throw new ConvoException(ProblemKind.NotFound, ProviderErrors.ModelNotFound, $"There is no embedding model {model} here. This Convo has {embedder.ModelId}.") { Field = "model" };
        }

        if (embedder.Dimensions == 0)
        {
            // A model's first answer tells how long its vectors are.
            await embedder.EmbedAsync(["Convo"], EmbeddingPurpose.Query, cancellationToken).ConfigureAwait(false);
        }

        var size = SizeOf(dimensions);
        var tokens = Count(texts);
        var vectors = await VectorsAsync(caller, texts, cancellationToken).ConfigureAwait(false);
        return new Embeddings(embedder.ModelId, size == embedder.Dimensions ? vectors : [.. vectors.Select(vector => Shortened(vector, size))], tokens);
    }

    private async Task<IReadOnlyList<float[]>> VectorsAsync(Caller caller, IReadOnlyList<string> texts, CancellationToken cancellationToken)
    {
        try
        {
            return await meter.EmbedAsync(EmbeddingPayer.Of(caller, null, UsageSource.Api), embedder, texts, EmbeddingPurpose.Document, cancellationToken).ConfigureAwait(false);
        }
        catch (EmbeddingException e)
        {
            throw new ProviderException(ProviderErrors.BadResponse, e.Message, e);
        }
    }

    private int SizeOf(int? dimensions) => dimensions switch
    {
        null => embedder.Dimensions,
        { } size when size >= 1 && size <= embedder.Dimensions => size,
        _ => throw ConvoException.Invalid("dimensions", $"dimensions must be between 1 and {embedder.Dimensions} for {embedder.ModelId}."),
    };

    private int Count(IReadOnlyList<string> texts)
    {
        if (texts.Count is 0 or > MostTexts)
        {
            throw ConvoException.Invalid("input", $"input must hold 1 to {MostTexts:N0} texts.");
        }

        var sum = 0;
        for (var i = 0; i < texts.Count; i++)
        {
            var tokens = texts[i].Length == 0 ? throw ConvoException.Invalid($"input[{i}]", "input must not hold an empty text.") : counter.Count(texts[i]);
            sum += tokens <= MostTokensOfOne
                ? tokens
                : throw ConvoException.Invalid($"input[{i}]", $"A text has {tokens:N0} tokens; {MostTokensOfOne:N0} is the most. Cut it into parts.");
        }

        return sum <= MostTokens ? sum : throw ConvoException.Invalid("input", $"The texts have {sum:N0} tokens together; {MostTokens:N0} is the most. Send them in several requests.");
    }

    /// <summary>As OpenAI shortens its own (https://platform.openai.com/docs/guides/embeddings): cut, then normalise.</summary>
    private static float[] Shortened(float[] vector, int size)
    {
        var part = vector[..size];
        var norm = Math.Sqrt(part.Sum(value => (double)value * value));
        return norm > 0 ? Array.ConvertAll(part, value => (float)(value / norm)) : part;
    }
}
