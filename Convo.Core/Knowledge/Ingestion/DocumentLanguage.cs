namespace Convo.Core.Knowledge;

/// <summary>Chooses the text search configuration of a document.</summary>
internal static class DocumentLanguage
{
    public static string Of(string text) => text.Length > 0 ? "english" : "simple";
}
