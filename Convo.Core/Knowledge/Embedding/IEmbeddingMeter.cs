using Convo.Core.Accounts;
using Convo.Core.Usage;

namespace Convo.Core.Knowledge;

/// <summary>The way to an embedder for whatever somebody has to pay for.</summary>
public interface IEmbeddingMeter
{
    /// <summary>
    /// Reserves on the payer's budgets, embeds, and bills what was sent. What the embedder refused costs nothing; what was sent and not waited
    /// for is paid. An embedder that runs here costs nothing and asks nobody.
    /// </summary>
    /// <returns>As <see cref="IEmbedder.EmbedAsync"/>.</returns>
    /// <exception cref="Shared.ConvoException">429 <c>budget_exceeded</c>, 503 <c>budget_unavailable</c>; nothing was sent.</exception>
    Task<IReadOnlyList<float[]>> EmbedAsync(
        EmbeddingPayer payer, IEmbedder embedder, IReadOnlyList<string> texts, EmbeddingPurpose purpose, CancellationToken cancellationToken);
}

/// <param name="Source">What it was for: vectors for Convo's own search, or for a program that asked for them.</param>
public sealed record EmbeddingPayer(Guid UserId, Guid? TeamId, Guid? ApiKeyId, Guid? ThreadId, UsageSource Source = UsageSource.Embedding)
{
    public static EmbeddingPayer Of(Caller caller, Guid? threadId, UsageSource source = UsageSource.Embedding) =>
        new(caller.UserId, caller.TeamId, caller.ApiKeyId, threadId, source);
}
