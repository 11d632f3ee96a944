using System.Globalization;
using System.Net;
using System.Text.RegularExpressions;
using Microsoft.Extensions.AI;

namespace Convo.Core.Models.Providers.Quoter;

/// <param name="Number">What it is cited by.</param>
/// <param name="Pages">As the prompt gives it, such as <c>12-13</c>; empty when the file has no pages.</param>
internal sealed record QuotedPassage(int Number, string File, string Pages, string Text);

/// <summary>
/// The parts of a prompt that the Quoter reads: the passages that stand before the question in the last message of the user, the question,
/// and the question before it, since "and for managers?" says little alone.
/// </summary>
internal sealed partial record QuoterPrompt(IReadOnlyList<QuotedPassage> Passages, string Question, string EarlierQuestion)
{
    private const string Open = "<passages>";
    private const string Close = "</passages>";

    public static QuoterPrompt Read(IReadOnlyList<ChatMessage> messages)
    {
        string[] asked = [.. messages.Where(m => m.Role == ChatRole.User).Select(m => m.Text)];
        var last = asked.LastOrDefault() ?? "";
        var passages = Split(last, out var question);
        Split(asked.Length > 1 ? asked[^2] : "", out var earlier);
        return new QuoterPrompt(passages, question, earlier);
    }

    private static IReadOnlyList<QuotedPassage> Split(string message, out string question)
    {
        var open = message.IndexOf(Open, StringComparison.Ordinal);
        var close = message.LastIndexOf(Close, StringComparison.Ordinal);
        if (open < 0 || close < open)
        {
            question = message.Trim();
            return [];
        }

        question = message[(close + Close.Length)..].Trim();
        return
        [
            .. PassageBlock().Matches(message[(open + Open.Length)..close]).Select(m => new QuotedPassage(
                int.Parse(Attribute(m, "number", "0"), CultureInfo.InvariantCulture), Attribute(m, "file", "the document"), Attribute(m, "pages", ""), WithoutFence(m.Groups["text"].Value))),
        ];
    }

    /// <summary>Source code comes in a fence, which is not part of the document.</summary>
    private static string WithoutFence(string text)
    {
        var (first, last) = (text.IndexOf('\n', StringComparison.Ordinal), text.LastIndexOf('\n'));
        return first >= 0 && last > first && text.StartsWith("```", StringComparison.Ordinal) && text.AsSpan(last + 1).TrimEnd() is ['`', '`', '`', ..] ? text[(first + 1)..last] : text;
    }

    private static string Attribute(Match passage, string name, string missing)
    {
        var attribute = AttributePair().Matches(passage.Groups["attributes"].Value).FirstOrDefault(a => a.Groups["name"].Value == name);
        return attribute is null ? missing : WebUtility.HtmlDecode(attribute.Groups["value"].Value);
    }

    [GeneratedRegex("""<passage (?<attributes>[^>\n]*\bnumber="[0-9]{1,6}"[^\n]*?)>\r?\n(?<text>.*?)\r?\n</passage>""", RegexOptions.Singleline, matchTimeoutMilliseconds: 2000)]
    private static partial Regex PassageBlock();

    [GeneratedRegex("""(?<name>[a-z]+)="(?<value>[^"]*)"(?=\s|$)""", RegexOptions.None, matchTimeoutMilliseconds: 500)]
    private static partial Regex AttributePair();
}
