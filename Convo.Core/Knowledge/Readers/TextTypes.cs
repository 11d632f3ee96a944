using System.Text;

namespace Convo.Core.Knowledge;

/// <summary>Tells kinds of text apart: by what they begin with where that is telling, else by the name.</summary>
internal static class TextTypes
{
    private static readonly HashSet<string> MarkdownExtensions = new(StringComparer.Ordinal) { ".md", ".markdown", ".mdown", ".mkd", ".mdx" };
    private static readonly HashSet<string> HtmlExtensions = new(StringComparer.Ordinal) { ".html", ".htm", ".xhtml" };
    private static readonly HashSet<string> MailExtensions = new(StringComparer.Ordinal) { ".eml", ".mht", ".mhtml", ".emlx", ".mim", ".mime" };
    private static readonly HashSet<string> TableExtensions = new(StringComparer.Ordinal) { ".csv", ".tsv", ".tab", ".psv" };
    private static readonly HashSet<string> JsonExtensions = new(StringComparer.Ordinal) { ".json", ".jsonl", ".ndjson", ".geojson", ".ipynb", ".webmanifest", ".har" };
    private static readonly HashSet<string> CodeNames = new(StringComparer.OrdinalIgnoreCase)
    {
        "dockerfile", "makefile", "gnumakefile", "jenkinsfile", "rakefile", "gemfile", "cmakelists.txt", "vagrantfile", "procfile",
    };

    private static readonly HashSet<string> CodeExtensions = new(StringComparer.Ordinal)
    {
        ".c", ".h", ".cc", ".cpp", ".hpp", ".cs", ".csx", ".css", ".dart", ".ex", ".exs", ".erl", ".fs", ".go", ".gradle", ".groovy", ".hs", ".java",
        ".jl", ".js", ".mjs", ".cjs", ".jsx", ".kt", ".kts", ".less", ".lua", ".m", ".ml", ".php", ".pl", ".proto", ".ps1", ".psm1", ".py", ".pyi", ".r",
        ".razor", ".cshtml", ".rb", ".rs", ".scala", ".scss", ".sh", ".bash", ".zsh", ".sql", ".swift", ".toml", ".ts", ".tsx", ".vb", ".vbs", ".bas", ".vue",
        ".svelte", ".yaml", ".yml", ".ini", ".cfg", ".conf", ".env", ".properties", ".bat", ".cmd", ".tex", ".bib", ".asm", ".s", ".tf", ".hcl", ".graphql",
        ".diff", ".patch", ".f90", ".pas", ".clj", ".cmake", ".zig", ".nim", ".sol", ".json5",
    };

    public static DetectedType Detect(string text, string filename)
    {
        var extension = FileType.ExtensionOf(filename);
        if (MarkdownExtensions.Contains(extension))
            return FileTypes.Markdown;
        if (CodeExtensions.Contains(extension) || CodeNames.Contains(NameOf(filename)) || text.StartsWith("#!/", StringComparison.Ordinal))
            return FileTypes.SourceCode;
        if (XmlTypes.Detect(text) is { } xml)
            return xml;
        if (HtmlExtensions.Contains(extension) || HtmlSniffer.LooksLikeHtml(text))
            return FileTypes.Html;
        if (MailSniffer.LooksLikeMailbox(text))
            return FileTypes.Mbox;
        if (MailExtensions.Contains(extension) || MailSniffer.LooksLikeMail(Encoding.UTF8.GetBytes(text[..Math.Min(text.Length, 8_192)])))
            return FileTypes.Eml;
        if (JsonExtensions.Contains(extension))
            return FileTypes.Json;
        if (TableExtensions.Contains(extension))
            return FileTypes.Csv;
        // A table saved as text: only tabs are telling, commas are in every letter.
        return extension is ".txt" or ".xls" or "" && DelimitedText.IsTabbed(text) ? FileTypes.Csv : FileTypes.PlainText;
    }

    /// <summary>The extension, or the whole name, by which a file is source code; null when it is not by its name.</summary>
    public static string? CodeLanguageHint(string filename)
    {
        var extension = FileType.ExtensionOf(filename);
        var name = NameOf(filename);
        return CodeExtensions.Contains(extension) ? extension[1..] : CodeNames.Contains(name) ? Path.GetFileNameWithoutExtension(name).ToLowerInvariant() : null;
    }

    private static string NameOf(string filename) => filename[(filename.LastIndexOfAny(['/', '\\']) + 1)..];
}
