namespace Convo.Core.Models.Providers.Streams;

/// <summary>Every maker has its own words for why an answer ended; the SDK throws at those it does not know.</summary>
internal static class FinishReasons
{
    public const string Stop = "stop";
    public const string Length = "length";
    public const string ToolCalls = "tool_calls";
    public const string ContentFilter = "content_filter";

    public static string Of(string reason) => reason.ToLowerInvariant() switch
    {
        "length" or "max_tokens" or "model_length" or "max_output_tokens" or "model_context_window_exceeded" => Length,
        "tool_calls" or "tool_use" => ToolCalls,
        "function_call" => "function_call",
        "content_filter" or "safety" or "recitation" or "refusal" or "prohibited_content" or "blocklist" or "spii" or "image_safety" => ContentFilter,
        _ => Stop,
    };
}
