using Convo.Core.Knowledge;

namespace Convo.Bench.Retrieval;

/// <summary>Finds the language a collection is in, for the peer's analyzer.</summary>
internal static class CollectionLanguage
{
    /// <returns>A text search configuration's name, or <c>cjk</c>.</returns>
    public static string Of(IReadOnlyList<BeirDocument> documents)
    {
        var sample = string.Join(' ', documents.Take(200).Select(document => document.Text));
        var ideographs = sample.Count(c => c is >= '\u3040' and <= '\u30FF' or >= '\u3400' and <= '\u9FFF' or >= '\uAC00' and <= '\uD7AF');
        return ideographs * 4 > sample.Length ? "cjk" : LanguageDetector.Detect(sample);
    }
}
