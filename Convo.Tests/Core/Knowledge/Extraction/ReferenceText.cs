using System.Diagnostics;
using System.IO.Compression;
using System.Net;
using System.Text;
using System.Text.RegularExpressions;

namespace Convo.Tests.Core.Knowledge.Extraction;

/// <summary>The words of a file as something else than our readers finds them: <c>pdftotext</c>, or the text nodes of its parts. Empty where there is no such other way.</summary>
internal static partial class ReferenceText
{
    /// <summary>Distinct words of two letters and more, in lower case.</summary>
    public static async Task<HashSet<string>> WordsAsync(string file, CancellationToken cancellationToken) =>
        Words(Path.GetExtension(file).ToLowerInvariant() switch
        {
            ".pdf" => await PdfAsync(file, cancellationToken),
            ".docx" or ".docm" or ".dotx" => Zip(file, WordParts(), "t"),
            ".pptx" or ".pptm" => Zip(file, SlideParts(), "t|text"),
            ".xlsx" or ".xlsm" => Zip(file, SheetParts(), "t"),
            ".odt" or ".ods" or ".odp" => Zip(file, OdfParts(), null),
            ".txt" or ".tex" => await File.ReadAllTextAsync(file, cancellationToken),
            ".html" => Markup().Replace(Hidden().Replace(await File.ReadAllTextAsync(file, cancellationToken), " "), " "),
            _ => "",
        });

    /// <summary>The share of the words that a text has; one that is only joined or parted differently counts.</summary>
    public static double Recall(HashSet<string> words, string text)
    {
        var (own, dense) = (Words(text), string.Concat(Letters(text).ToLowerInvariant().Where(c => !char.IsWhiteSpace(c))));
        return (double)words.Count(word => own.Contains(word) || dense.Contains(word, StringComparison.Ordinal) || dense.Contains(Reversed(word), StringComparison.Ordinal)) / words.Count;
    }

    private static HashSet<string> Words(string text) =>
        [.. Word().Matches(Letters(WebUtility.HtmlDecode(text))).Select(match => match.Value.ToLowerInvariant())];

    /// <summary>Without the marks above and below letters: the other programs put those of Thai anywhere.</summary>
    private static string Letters(string text) => string.Concat(
        text.Replace('\uFFFE', ' ').Normalize(NormalizationForm.FormKC).Where(c => char.GetUnicodeCategory(c) != System.Globalization.UnicodeCategory.NonSpacingMark));

    /// <summary>Arabic and Hebrew are given in the order in which they are drawn, now and then.</summary>
    private static string Reversed(string word) => word.Any(c => c is >= '\u0590' and <= '\u08FF') ? new([.. word.Reverse()]) : word;

    private static async Task<string> PdfAsync(string file, CancellationToken cancellationToken)
    {
        using var process = Process.Start(new ProcessStartInfo("pdftotext", ["-q", file, "-"]) { RedirectStandardOutput = true, StandardOutputEncoding = Encoding.UTF8 })!;
        var text = await process.StandardOutput.ReadToEndAsync(cancellationToken);
        await process.WaitForExitAsync(cancellationToken);
        return text;
    }

    /// <param name="tags">Elements that hold text; null: all of it.</param>
    private static string Zip(string file, Regex parts, string? tags)
    {
        var text = new StringBuilder();
        using var zip = ZipFile.OpenRead(file);
        foreach (var entry in zip.Entries.Where(entry => parts.IsMatch(entry.FullName)))
        {
            using var reader = new StreamReader(entry.Open(), Encoding.UTF8);
            var xml = reader.ReadToEnd();
            foreach (var paragraph in ParagraphEnd().Split(xml))
            {
                text.Append(tags is null ? Markup().Replace(paragraph, " ") : string.Concat(Regex.Matches(
                    paragraph, $"<(?:\\w+:)?(?:{tags})(?: [^>]*)?>([^<]*)</", RegexOptions.None, TimeSpan.FromSeconds(10)).Select(match => match.Groups[1].Value))).Append('\n');
            }
        }
        return text.ToString();
    }

    [GeneratedRegex(@"\w{2,}", RegexOptions.NonBacktracking)]
    private static partial Regex Word();

    [GeneratedRegex("</(?:\\w+:)?(?:p|si|is|row|comment)>", RegexOptions.NonBacktracking)]
    private static partial Regex ParagraphEnd();

    [GeneratedRegex("<[^>]+>", RegexOptions.NonBacktracking)]
    private static partial Regex Markup();

    [GeneratedRegex("(?s)<script.*?</script>|<style.*?</style>|<nav.*?</nav>", RegexOptions.NonBacktracking)]
    private static partial Regex Hidden();

    [GeneratedRegex(@"^word/(document\d*|footnotes|endnotes|comments|header\d*|footer\d*)\.xml$", RegexOptions.NonBacktracking)]
    private static partial Regex WordParts();

    [GeneratedRegex(@"^ppt/(slides/slide|notesSlides/notesSlide|comments/|diagrams/data|charts/chart).*\.xml$", RegexOptions.NonBacktracking)]
    private static partial Regex SlideParts();

    [GeneratedRegex("(?i)sharedstrings\\.xml$|comments|/drawings/drawing", RegexOptions.NonBacktracking)]
    private static partial Regex SheetParts();

    [GeneratedRegex("^content.xml$", RegexOptions.NonBacktracking)]
    private static partial Regex OdfParts();
}
