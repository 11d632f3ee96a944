using Microsoft.Extensions.AI;

namespace Convo.Core.Models.Middleware;

/// <summary>Sends a model only what it takes: no temperature where it has none, no more output than it can give.</summary>
internal sealed class ParameterChatClient(IChatClient inner, ModelInfo model) : StreamMiddleware(inner)
{
    protected override IAsyncEnumerable<ChatResponseUpdate> StreamAsync(
        IReadOnlyList<ChatMessage> messages, ChatOptions? options, CancellationToken cancellationToken)
    {
        var fitting = options?.Clone() ?? new ChatOptions();
        fitting.ModelId = model.Id;
        if (!model.SupportsTemperature)
        {
            fitting.Temperature = null;
            fitting.TopP = null;
        }

        if (fitting.MaxOutputTokens > model.MaxOutputTokens)
        {
            fitting.MaxOutputTokens = model.MaxOutputTokens;
        }

        return InnerAsync(messages, fitting, cancellationToken);
    }
}

internal static class ParameterChatClientExtensions
{
    public static ChatClientBuilder UseModelParameters(this ChatClientBuilder builder, ModelInfo model) =>
        builder.Use(inner => new ParameterChatClient(inner, model));
}
