using System.Globalization;
using System.Text.RegularExpressions;
using Convo.Tests.Fixtures;

namespace Convo.Tests.Security;

/// <summary><c>docs/security.md</c> says of each attack what Convo does and which tests show it: none is without, and none names a test that is gone.</summary>
public sealed partial class AttackTableTests
{
    private const int Attacks = 50;

    [Fact]
    public void EveryAttack_NamesTestsThatAreHere()
    {
        var rows = File.ReadLines(Path.Combine(Repository.Root, "docs", "security.md"))
            .Select(line => Row().Match(line)).Where(match => match.Success)
            .ToDictionary(match => int.Parse(match.Groups[1].Value, CultureInfo.InvariantCulture), match => match.Groups[2].Value);
        var classes = typeof(AttackTableTests).Assembly.GetTypes().Where(type => type.IsPublic).Select(type => type.Name).ToHashSet(StringComparer.Ordinal);

        Assert.Equal(Enumerable.Range(1, Attacks), rows.Keys.Order());
        Assert.All(rows, row =>
        {
            var named = Class().Matches(row.Value).Select(match => match.Groups[1].Value).ToList();
            Assert.NotEmpty(named);
            Assert.All(named, name => Assert.True(classes.Contains(name), $"{row.Key}: there is no {name}"));
        });
    }

    /// <summary>Number, attack, what Convo does, tests.</summary>
    [GeneratedRegex(@"^\| (\d+) \|[^|]+\|[^|]+\|([^|]+)\|$", RegexOptions.NonBacktracking)]
    private static partial Regex Row();

    [GeneratedRegex("`([A-Za-z]+Tests)`", RegexOptions.NonBacktracking)]
    private static partial Regex Class();
}
