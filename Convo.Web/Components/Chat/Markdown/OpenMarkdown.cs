using System.Text;

namespace Convo.Web.Components.Chat.Markdown;

/// <summary>
/// Closes or holds back what is half written at the end of a streaming block, so that no raw <c>**</c>, <c>`</c> or <c>[text](htt</c> flashes by.
/// </summary>
internal static class OpenMarkdown
{
    public static string Close(string tail)
    {
        if (InsideFence(tail, out var openFence)) return openFence;
        var lineStart = tail.LastIndexOf('\n') + 1;
        var last = tail[lineStart..];
        // "-", "1.", "#", "|" or "``" alone may become a list, a heading, a rule under the paragraph, a table or a fence: wait for more.
        if (last.Length < 8 && last.Trim().All(c => c is '-' or '=' or '*' or '_' or '#' or '`' or '~' or '>' or '+' or '.' || char.IsAsciiDigit(c)) && last.Trim().Length > 0)
        {
            return IsOnlyDigits(last) && lineStart == 0 ? tail : tail[..lineStart].TrimEnd('\n');
        }

        if (HeldTableHead(tail) is { } before) return before;
        return CloseInline(tail);
    }

    private static bool IsOnlyDigits(string line) => line.Trim().All(char.IsAsciiDigit);

    /// <summary>True inside an unclosed fence; a closing fence that is only half there is held back.</summary>
    private static bool InsideFence(string tail, out string text)
    {
        text = tail;
        var fence = '\0';
        var count = 0;
        foreach (var raw in tail.Split('\n'))
        {
            var line = raw.TrimStart();
            if (line.Length < 3 || line[0] is not ('`' or '~')) continue;
            var run = line.TakeWhile(c => c == line[0]).Count();
            if (run < 3) continue;
            if (fence == '\0') (fence, count) = (line[0], run);
            else if (line[0] == fence && run >= count && line.Trim().Length == run) fence = '\0';
        }

        if (fence == '\0') return false;
        var start = tail.LastIndexOf('\n') + 1;
        var last = tail[start..].Trim();
        if (start > 0 && last.Length > 0 && last.Length < count && last.All(c => c == fence)) text = tail[..start];
        return true;
    }

    /// <summary>A table's head is a paragraph of pipes until its second line is complete: hold it back for that moment.</summary>
    private static string? HeldTableHead(string tail)
    {
        var lines = (tail.EndsWith('\n') ? tail[..^1] : tail).Split('\n');
        var first = Array.FindLastIndex(lines, line => !line.TrimStart().StartsWith('|')) + 1;
        var count = lines.Length - first;
        var delimiterComplete = count > 2 || (count == 2 && lines[^1].Count(c => c == '|') >= lines[first].Count(c => c == '|') && lines[^1].TrimEnd().EndsWith('|'));
        return count is 0 || delimiterComplete ? null : string.Join('\n', lines[..first]);
    }

    private static string CloseInline(string tail)
    {
        var open = new Stack<Mark>();
        var link = -1;
        var lastClosing = tail.LastIndexOf(')');
        for (var i = 0; i < tail.Length; i++)
        {
            var c = tail[i];
            if (c == '\\') i++;
            else if (c == '`') i = SkipCode(tail, i, open);
            else if (c is '*' or '_' or '~') i += Toggle(open, tail, i) - 1;
            else if (c == '[' && link < 0) link = i > 0 && tail[i - 1] == '!' ? i - 1 : i;
            else if (c == ']' && link >= 0) link = LinkEnds(tail, link, i, lastClosing) ? -1 : link;
            else if (c == '\n' && i + 1 < tail.Length && tail[i + 1] == '\n') (open, link) = (new Stack<Mark>(), -1);
        }

        var result = new StringBuilder(tail);
        if (link >= 0) HideLink(result, tail, link);
        // A mark with nothing after it yet is dropped; any other is closed.
        while (open.TryPeek(out var last) && last.End == result.Length && !last.HalfClosed)
        {
            result.Length -= last.Text.Length;
            open.Pop();
        }

        while (result.Length > 0 && result[^1] == ' ' && open.Count > 0) result.Length--;
        foreach (var mark in open) result.Append(mark.Text);
        return result.ToString();
    }

    private static int SkipCode(string tail, int i, Stack<Mark> open)
    {
        var run = tail.AsSpan(i).IndexOfAnyExcept('`') is var n and >= 0 ? n : tail.Length - i;
        var mark = new string('`', run);
        var end = tail.IndexOf(mark, i + run, StringComparison.Ordinal);
        if (end >= 0) return end + run - 1;
        open.Push(new Mark(mark, i + run));
        return tail.Length;
    }

    /// <summary>The length of the run of one character at <paramref name="i"/>, which opens or closes emphasis.</summary>
    private static int Toggle(Stack<Mark> open, string tail, int i)
    {
        var c = tail[i];
        var run = i;
        while (run < tail.Length && tail[run] == c) run++;
        var length = Math.Min(run - i, 3);
        var atLineStart = i == 0 || tail[i - 1] == '\n';
        var spaceAfter = run < tail.Length && char.IsWhiteSpace(tail[run]);
        var inWord = c == '_' && i > 0 && char.IsLetterOrDigit(tail[i - 1]) && run < tail.Length && char.IsLetterOrDigit(tail[run]);
        var halfClose = open.TryPeek(out var top) && top.Text[0] == c && top.Text.Length > length && run == tail.Length;
        if (inWord || (c == '~' && length != 2 && !halfClose) || (atLineStart && spaceAfter)) return run - i;
        if (top is not null && top.Text[0] == c && top.Text.Length == length) open.Pop();
        else if (halfClose) open.Push(open.Pop() with { Text = new string(c, top!.Text.Length - length), HalfClosed = true });
        else if (!spaceAfter) open.Push(new Mark(new string(c, length), run));
        return run - i;
    }

    /// <summary><c>](…)</c> is complete, <c>[2]</c> is a citation, or what follows <c>]</c> shows that it was no link.</summary>
    private static bool LinkEnds(string tail, int start, int i, int lastClosing) => i + 1 == tail.Length
        ? tail.AsSpan(start + 1, i - start - 1).IndexOfAnyExceptInRange('0', '9') < 0
        : tail[i + 1] != '(' || lastClosing > i;

    private static void HideLink(StringBuilder result, string tail, int link)
    {
        var image = tail[link] == '!';
        var textStart = link + (image ? 2 : 1);
        var textEnd = tail.IndexOf("](", link, StringComparison.Ordinal);
        var text = image ? "" : tail[textStart..(textEnd < 0 ? tail.Length : textEnd)].TrimEnd(']');
        result.Length = link;
        result.Append(text);
    }

    /// <param name="End">Where the text after the mark begins.</param>
    /// <param name="HalfClosed">Part of its end has come.</param>
    private sealed record Mark(string Text, int End, bool HalfClosed = false);
}
