using System.Globalization;

namespace Convo.Bench;

/// <summary><c>--name value</c> pairs; a name without a value is a switch.</summary>
internal sealed class BenchOptions(IReadOnlyList<string> arguments)
{
    public bool Has(string name) => arguments.Contains("--" + name, StringComparer.Ordinal);

    /// <exception cref="ArgumentException">The option is missing and has no default.</exception>
    public string Text(string name, string? fallback = null)
    {
        var at = arguments.ToList().IndexOf("--" + name);
        return at >= 0 && at + 1 < arguments.Count ? arguments[at + 1] : fallback ?? throw new ArgumentException($"--{name} is missing.");
    }

    /// <exception cref="ArgumentException">Not a whole number.</exception>
    public int Number(string name, int fallback) =>
        int.TryParse(Text(name, fallback.ToString(CultureInfo.InvariantCulture)), NumberStyles.None, CultureInfo.InvariantCulture, out var number)
            ? number
            : throw new ArgumentException($"--{name} takes a whole number.");
}
