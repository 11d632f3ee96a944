using System.Text.Json;

namespace Convo.Core.Models.Providers.Streams;

/// <summary>Google's Interactions (https://ai.google.dev/api/interactions-api). Ends with <c>interaction.completed</c>, which holds the usage.</summary>
internal sealed class InteractionsFormat : AnswerFormat
{
    public override AnswerChunk? Read(JsonElement root)
    {
        switch (root.Text("event_type"))
        {
            case "step.delta":
                var delta = root.Member("delta");
                var text = delta.Text("text") ?? delta.Member("content").Text("text") ?? "";
                return delta.Text("type") is "text" ? new AnswerChunk(text) : delta.Text("type") is "thought_summary" ? new AnswerChunk(Reasoning: text) : null;
            case "interaction.completed":
                HasEnded = true;
                return Last(root.Member("interaction"));
            default:
                return null;
        }
    }

    public override JsonElement Error(JsonElement root) =>
        root.Text("event_type") is "interaction.failed" || root.Member("interaction").Text("status") is "failed" or "cancelled" ? root.Member("interaction") : default;

    private static AnswerChunk Last(JsonElement interaction)
    {
        var usage = interaction.Member("usage");
        var thoughts = usage.Number("total_thought_tokens");
        return new AnswerChunk(
            FinishReason: interaction.Text("status") is "requires_action" ? FinishReasons.ToolCalls : interaction.Text("status") is "incomplete" ? FinishReasons.Length : FinishReasons.Stop,
            Usage: ChunkUsage.Of(
                usage.Number("total_input_tokens") + usage.Number("total_tool_use_tokens"), usage.Number("total_cached_tokens"), usage.Number("total_output_tokens") + thoughts, thoughts))
        {
            Id = interaction.Text("id"),
            Model = interaction.Text("model"),
        };
    }
}
