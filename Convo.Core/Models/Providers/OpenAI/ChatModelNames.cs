namespace Convo.Core.Models.Providers.OpenAI;

/// <summary>A server's model list holds everything it can run; these are the names that can hold a conversation.</summary>
internal static class ChatModelNames
{
    private const int Most = 200;

    private static readonly string[] OtherKinds =
        ["embed", "whisper", "tts", "dall-e", "moderation", "rerank", "transcribe", "realtime", "-image", "image-", "sora", "audio"];

    public static IEnumerable<string> Of(IEnumerable<string> ids) =>
        ids.Where(id => id.Length is > 0 and <= 200 && !OtherKinds.Any(kind => id.Contains(kind, StringComparison.OrdinalIgnoreCase))).Distinct().Take(Most);
}
