using Convo.Core.Models.Middleware;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Convo.Core.Models;

/// <summary>The one place that says what is around a provider, and in which order: the first line is the outermost.</summary>
internal sealed class ChatPipeline(IOptions<ModelOptions> options, ITokenCounter counter, ModelMetrics metrics, ModelHealth health, TimeProvider time, ILogger<ChatPipeline> logger)
{
    public IChatClient Around(IChatClient provider, ModelInfo model, string providerName) => new ChatClientBuilder(provider)
        // One call of a person, whatever happens inside.
        .UseMetrics(model, metrics, time)
        .UseRedactedLogging(model, logger, time)
        .UseHealth(model, health)
        // Usage is settled from what went past the cap, which is what is kept.
        .UseUsage(counter)
        .UseLengthCap(options.Value.MaxAnswerCharacters)
        .UseStorableText()
        .UseEndOfStreamCheck(providerName)
        // The total counts the waits between tries, the idle time is that of one try.
        .UseTotalTimeout(options.Value.TotalTimeout, time)
        .UseRetries(options.Value.MaxAttempts, time, Random.Shared.NextDouble, logger)
        .UseIdleTimeout(options.Value.FirstUpdateTimeout, options.Value.IdleTimeout, time)
        .UseFailureMapping(providerName)
        .UseModelParameters(model)
        .Build();
}
