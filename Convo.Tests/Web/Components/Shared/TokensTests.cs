using System.Globalization;
using System.Text.RegularExpressions;

namespace Convo.Tests.Web.Components.Shared;

/// <summary>The colours themselves: every text role is readable on every ground it is used on, in both themes.</summary>
public sealed partial class TokensTests
{
    private static readonly Dictionary<string, (string Light, string Dark)> Roles = Read();

    [Theory]
    [InlineData("fg", "bg")]
    [InlineData("fg", "bg-user")]
    [InlineData("fg-2", "bg-side")]
    [InlineData("fg-2", "bg-hover")]
    [InlineData("fg-2", "warn-soft")]
    [InlineData("fg-2", "bad-soft")]
    [InlineData("fg-3", "bg")]
    [InlineData("fg-3", "bg-side")]
    [InlineData("fg-3", "bg-sunken")]
    [InlineData("fg-3", "bg-raised")]
    [InlineData("accent", "bg")]
    [InlineData("accent", "accent-soft")]
    [InlineData("accent-fg", "accent")]
    [InlineData("warn", "warn-soft")]
    [InlineData("bad", "bad-soft")]
    [InlineData("bad", "bg-raised")]
    [InlineData("bad-fg", "bad")]
    [InlineData("fg", "mark")]
    [InlineData("code-keyword", "bg-sunken")]
    [InlineData("code-string", "bg-sunken")]
    [InlineData("code-number", "bg-sunken")]
    [InlineData("code-title", "bg-sunken")]
    [InlineData("code-comment", "bg-sunken")]
    public void Text_OnItsGround_HasContrastInBothThemes(string text, string ground)
    {
        Assert.True(Contrast(Roles[text].Light, Roles[ground].Light) >= 4.5, $"light: {Contrast(Roles[text].Light, Roles[ground].Light):0.00}");
        Assert.True(Contrast(Roles[text].Dark, Roles[ground].Dark) >= 4.5, $"dark: {Contrast(Roles[text].Dark, Roles[ground].Dark):0.00}");
    }

    [Theory]
    [InlineData("accent", "bg")]
    [InlineData("line-field", "bg-raised")]
    public void Edge_OfAField_HasContrastInBothThemes(string edge, string ground)
    {
        Assert.True(Contrast(Roles[edge].Light, Roles[ground].Light) >= 3);
        Assert.True(Contrast(Roles[edge].Dark, Roles[ground].Dark) >= 3);
    }

    /// <summary>WCAG 2.2, relative luminance and contrast ratio.</summary>
    private static double Contrast(string a, string b)
    {
        var (x, y) = (Luminance(a), Luminance(b));
        return (Math.Max(x, y) + 0.05) / (Math.Min(x, y) + 0.05);
    }

    private static double Luminance(string hex)
    {
        double Channel(int at)
        {
            var value = int.Parse(hex.AsSpan(at, 2), NumberStyles.HexNumber, CultureInfo.InvariantCulture) / 255d;
            return value <= 0.04045 ? value / 12.92 : Math.Pow((value + 0.055) / 1.055, 2.4);
        }

        return 0.2126 * Channel(1) + 0.7152 * Channel(3) + 0.0722 * Channel(5);
    }

    private static Dictionary<string, (string Light, string Dark)> Read()
    {
        var folder = new DirectoryInfo(AppContext.BaseDirectory);
        while (!File.Exists(Path.Combine(folder!.FullName, "Convo.sln"))) folder = folder.Parent;
        var css = File.ReadAllText(Path.Combine(folder.FullName, "Convo.Web", "wwwroot", "css", "tokens.css"));
        return Pair().Matches(css).ToDictionary(match => match.Groups[1].Value, match => (match.Groups[2].Value, match.Groups[3].Value));
    }

    [GeneratedRegex(@"--([\w-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\)", RegexOptions.NonBacktracking)]
    private static partial Regex Pair();
}
