namespace Convo.Core.Knowledge;

/// <summary>Control words that stand for a character.</summary>
internal static class RtfSymbols
{
    public static string? Find(string word) => word switch
    {
        "tab" => "\t",
        "line" or "lbr" or "softline" => "\n",
        "emdash" => "\u2014",
        "endash" => "\u2013",
        "lquote" => "\u2018",
        "rquote" => "\u2019",
        "ldblquote" => "\u201C",
        "rdblquote" => "\u201D",
        "bullet" => "\u2022",
        "emspace" or "enspace" or "qmspace" => " ",
        _ => null,
    };
}
