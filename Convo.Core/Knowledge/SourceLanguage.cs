namespace Convo.Core.Knowledge;

/// <summary>The language of a file of source code, as a code fence names it.</summary>
public static class SourceLanguage
{
    /// <summary>Extensions whose language has another name than they.</summary>
    private static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal)
    {
        ["h"] = "c", ["cc"] = "cpp", ["hpp"] = "cpp", ["cs"] = "csharp", ["csx"] = "csharp", ["cshtml"] = "razor", ["ex"] = "elixir", ["exs"] = "elixir", ["erl"] = "erlang",
        ["fs"] = "fsharp", ["hs"] = "haskell", ["jl"] = "julia", ["js"] = "javascript", ["mjs"] = "javascript", ["cjs"] = "javascript", ["kt"] = "kotlin", ["kts"] = "kotlin",
        ["m"] = "matlab", ["ml"] = "ocaml", ["pl"] = "perl", ["ps1"] = "powershell", ["psm1"] = "powershell", ["py"] = "python", ["pyi"] = "python", ["rb"] = "ruby", ["rs"] = "rust",
        ["sh"] = "bash", ["zsh"] = "bash", ["ts"] = "typescript", ["vbs"] = "vb", ["bas"] = "vb", ["yml"] = "yaml", ["cfg"] = "ini", ["conf"] = "ini", ["env"] = "ini", ["bat"] = "batch",
        ["cmd"] = "batch", ["tex"] = "latex", ["bib"] = "bibtex", ["s"] = "asm", ["tf"] = "hcl", ["patch"] = "diff", ["f90"] = "fortran", ["pas"] = "pascal", ["clj"] = "clojure", ["sol"] = "solidity",
    };

    /// <returns>Such as <c>python</c>; null when the name is not one of source code.</returns>
    public static string? Of(string filename)
    {
        if (TextTypes.CodeLanguageHint(filename) is not { } hint)
            return null;
        return Names.GetValueOrDefault(hint, hint);
    }
}
