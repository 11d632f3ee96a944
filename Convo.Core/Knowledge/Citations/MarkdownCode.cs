namespace Convo.Core.Knowledge;

/// <summary>Finds code in Markdown (CommonMark 0.31 §4.5 fenced blocks, §6.1 code spans) as far as citation marks need it.</summary>
internal static class MarkdownCode
{
    /// <summary>The text with every character of code replaced by a space; line breaks and offsets stay.</summary>
    public static string Blank(string markdown)
    {
        var text = markdown.ToCharArray();
        BlankFences(text);
        BlankSpans(text);
        return new string(text);
    }

    private static void BlankFences(char[] text)
    {
        var (fence, length) = ('\0', 0);
        for (var start = 0; start < text.Length;)
        {
            var newline = Array.IndexOf(text, '\n', start);
            var end = newline < 0 ? text.Length : newline;
            var line = text.AsSpan(start, end - start);
            var marks = line.TrimStart(' ');
            var run = marks.Length > 0 && marks[0] is '`' or '~' ? marks.Length - marks.TrimStart(marks[0]).Length : 0;
            if (fence == '\0' && run >= 3)
            {
                (fence, length) = (marks[0], run);
                line.Fill(' ');
            }
            else if (fence != '\0')
            {
                var closes = run >= length && marks[0] == fence && marks.TrimStart(fence).Trim().IsEmpty;
                line.Fill(' ');
                fence = closes ? '\0' : fence;
            }

            start = end + 1;
        }
    }

    private static void BlankSpans(char[] text)
    {
        for (var at = 0; at < text.Length;)
        {
            var open = Array.IndexOf(text, '`', at);
            if (open < 0)
            {
                return;
            }

            var run = RunAt(text, open);
            var close = Closing(text, open + run, run);
            if (close >= 0)
            {
                Array.Fill(text, ' ', open, close + run - open);
            }

            at = close >= 0 ? close + run : open + run;
        }
    }

    /// <summary>A run of exactly as many backticks, in the same paragraph; -1 when there is none.</summary>
    private static int Closing(char[] text, int from, int run)
    {
        for (var at = from; at < text.Length;)
        {
            if (text[at] == '\n' && at + 1 < text.Length && text[at + 1] == '\n')
            {
                return -1;
            }

            if (text[at] != '`')
            {
                at++;
                continue;
            }

            var here = RunAt(text, at);
            if (here == run)
            {
                return at;
            }

            at += here;
        }

        return -1;
    }

    private static int RunAt(char[] text, int at)
    {
        var end = at;
        while (end < text.Length && text[end] == '`')
        {
            end++;
        }

        return end - at;
    }
}
