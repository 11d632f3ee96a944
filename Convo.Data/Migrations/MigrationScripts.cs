using System.Reflection;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace Convo.Data.Migrations;

/// <summary>One file of <c>db/</c>, compiled into this assembly. <see cref="Name"/> is its file name without <c>.sql</c>.</summary>
internal sealed record MigrationScript(string Name, string Sql)
{
    private const string Prefix = "db/";

    /// <summary>Every migration in the order of its number.</summary>
    public static IReadOnlyList<MigrationScript> All { get; } = Load();

    /// <summary>Changes whenever a name or a byte of any script changes; 16 hex digits.</summary>
    public static string Fingerprint { get; } = Hash(All);

    private static IReadOnlyList<MigrationScript> Load()
    {
        var assembly = Assembly.GetExecutingAssembly();
        return
        [
            .. assembly.GetManifestResourceNames()
                .Where(name => name.StartsWith(Prefix, StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
                .Select(name => new MigrationScript(Path.GetFileNameWithoutExtension(name[Prefix.Length..]), Read(assembly, name))),
        ];
    }

    private static string Read(Assembly assembly, string resource)
    {
        using var reader = new StreamReader(assembly.GetManifestResourceStream(resource)!, Encoding.UTF8);
        return reader.ReadToEnd();
    }

    private static string Hash(IReadOnlyList<MigrationScript> scripts)
    {
        var text = string.Join('\0', scripts.Select(script => $"{script.Name}\0{script.Sql}"));
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)))[..16];
    }
}

/// <summary>The rules a file of <c>db/</c> is named by: <c>0001_create_accounts.sql</c>, numbered from 1 without a hole.</summary>
internal static partial class MigrationNames
{
    /// <summary>What is wrong with the names, in order; empty when nothing is.</summary>
    public static IReadOnlyList<string> Check(IReadOnlyList<string> names) =>
    [
        .. names.Select((name, index) => (name, number: index + 1)).SelectMany(entry => Check(entry.name, entry.number)),
    ];

    private static IEnumerable<string> Check(string name, int number)
    {
        if (!Pattern().IsMatch(name))
        {
            yield return $"'{name}' is not named NNNN_verb_noun.";
        }
        else if (int.Parse(name.AsSpan(0, 4), System.Globalization.CultureInfo.InvariantCulture) != number)
        {
            yield return $"'{name}' stands where number {number:0000} is expected.";
        }
    }

    [GeneratedRegex("^[0-9]{4}_[a-z]+(_[a-z0-9]+)+$", RegexOptions.NonBacktracking)]
    private static partial Regex Pattern();
}
