using System.Globalization;
using System.Text.RegularExpressions;

namespace Convo.Core.Knowledge;

/// <summary>What an answer says before a mark.</summary>
/// <param name="Numbers">Every number of the mark, or of marks that follow each other: <c>[1][2]</c>, <c>[1, 2]</c>.</param>
/// <param name="Text">The sentence (or the part of it since the mark before), or the block quotation.</param>
/// <param name="IsBlockQuote">The whole text is quoted.</param>
internal sealed record CitedClaim(IReadOnlyList<int> Numbers, string Text, bool IsBlockQuote);

/// <summary>Finds citation marks outside code, links and link definitions.</summary>
internal static partial class CitationMarks
{
    public static IEnumerable<CitedClaim> Read(string answer)
    {
        var text = MarkdownCode.Blank(answer);
        var before = 0;
        foreach (Match match in Marks().Matches(text))
        {
            var (claim, isBlockQuote) = ClaimBefore(text, before, match.Index);
            before = match.Index + match.Length;
            yield return new CitedClaim(Numbers(match.Value), claim, isBlockQuote);
        }
    }

    private static int[] Numbers(string marks) =>
        [.. Digits().Matches(marks).Select(m => int.Parse(m.Value, CultureInfo.InvariantCulture)).Distinct()];

    private static (string Claim, bool IsBlockQuote) ClaimBefore(string text, int from, int mark)
    {
        // Only since the mark before: a long answer of many marks is read once.
        var blank = text.AsSpan(from, mark - from).LastIndexOf("\n\n");
        var head = text[(blank < 0 ? from : from + blank + 2)..mark].TrimEnd();
        var lines = head.TrimStart().Split('\n');
        if (lines[0].StartsWith('>') && lines.All(l => l.TrimStart().StartsWith('>') || l.Length == 0))
        {
            return (string.Join(' ', lines.Select(l => l.TrimStart().TrimStart('>').Trim())).Trim(), true);
        }

        // A mark may stand behind the full stop of its sentence.
        return (LastSentence(head), false);
    }

    /// <summary>A quotation may hold several sentences and still is one with the words around it.</summary>
    private static string LastSentence(string text)
    {
        var masked = text.ToCharArray();
        foreach (var inner in PassageQuotes.QuotationsIn(text))
        {
            // Its last character stays: a full stop there ends the sentence.
            Array.Fill(masked, 'x', inner.Index, Math.Max(0, inner.Length - 1));
        }

        return Sentences.Split(new string(masked)) is [.., var last] ? text[last].Trim() : "";
    }

    // Not a link's text ([1](…)), a reference ([text][1]) or a definition ([1]: …).
    [GeneratedRegex(@"(?<![\]\w])(?:\[\d{1,3}(?:\s*[,;]\s*\d{1,3})*\]\s?)+(?![(:])", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Marks();

    [GeneratedRegex(@"\d+", RegexOptions.NonBacktracking | RegexOptions.CultureInvariant)]
    private static partial Regex Digits();
}
