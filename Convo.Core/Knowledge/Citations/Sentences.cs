namespace Convo.Core.Knowledge;

/// <summary>The sentences of a text line by line, so that a heading, a list item or a table row is one of its own.</summary>
internal static class Sentences
{
    public static IReadOnlyList<Range> Split(string text)
    {
        var sentences = new List<Range>();
        for (var start = 0; start < text.Length;)
        {
            var newline = text.IndexOf('\n', start);
            var end = newline < 0 ? text.Length : newline;
            var offset = start;
            sentences.AddRange(SentenceSplitter.Split(text.AsSpan(start, end - start)).Select(r => (r.Start.Value + offset)..(r.End.Value + offset)));
            start = end + 1;
        }

        return sentences;
    }
}
