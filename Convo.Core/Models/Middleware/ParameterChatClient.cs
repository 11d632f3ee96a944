using Microsoft.Extensions.AI;

namespace Convo.Core.Models.Middleware;

/// <summary>Sends a model only what it takes: no temperature where it has none, no system role where it refuses one, no more output than it can give.</summary>
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
            fitting.TopK = null;
            fitting.FrequencyPenalty = null;
            fitting.PresencePenalty = null;
        }

        if (fitting.Temperature > model.MaxTemperature)
        {
            fitting.Temperature = (float)model.MaxTemperature;
        }

        if (!model.SupportsStop)
        {
            fitting.StopSequences = null;
        }

        if (fitting.MaxOutputTokens > model.MaxOutputTokens)
        {
            fitting.MaxOutputTokens = model.MaxOutputTokens;
        }

        return InnerAsync(model.SupportsSystemPrompt ? messages : WithoutSystem(messages), fitting, cancellationToken);
    }

    /// <summary>What the system would have said leads the first message of the person, where every model reads it.</summary>
    private static List<ChatMessage> WithoutSystem(IReadOnlyList<ChatMessage> messages)
    {
        var instructions = string.Join("\n\n", messages.Where(m => m.Role == ChatRole.System).Select(m => m.Text));
        List<ChatMessage> rest = [.. messages.Where(m => m.Role != ChatRole.System)];
        var first = rest.FindIndex(m => m.Role == ChatRole.User);
        if (instructions.Length > 0 && first >= 0)
        {
            rest[first] = new ChatMessage(ChatRole.User, [new TextContent(instructions + "\n\n"), .. rest[first].Contents]);
        }

        return rest;
    }
}

internal static class ParameterChatClientExtensions
{
    public static ChatClientBuilder UseModelParameters(this ChatClientBuilder builder, ModelInfo model) =>
        builder.Use(inner => new ParameterChatClient(inner, model));
}
