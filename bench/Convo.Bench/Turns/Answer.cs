using System.Globalization;

namespace Convo.Bench.Turns;

/// <summary>What the provider is asked to say; it travels in the question, so that every way to the provider asks the same.</summary>
/// <param name="Pause">Between two tokens; none sends as fast as the line takes them.</param>
internal sealed record Answer(int Tokens, TimeSpan Pause = default)
{
    public string Question => string.Create(CultureInfo.InvariantCulture, $"say {Tokens} {Pause.TotalMilliseconds:F0}");

    /// <summary>A question that is none gets one token.</summary>
    public static Answer Read(string body)
    {
        var at = body.LastIndexOf("say ", StringComparison.Ordinal);
        var words = at < 0 ? [] : body[(at + 4)..].Split(' ', '"', '\\');
        return words is [var tokens, var pause, ..] && int.TryParse(tokens, CultureInfo.InvariantCulture, out var count)
            ? new Answer(count, TimeSpan.FromMilliseconds(double.Parse(pause, CultureInfo.InvariantCulture)))
            : new Answer(1);
    }
}

/// <param name="FirstDelta">From the request to the first token.</param>
/// <param name="Gaps">Milliseconds between two arrivals of tokens.</param>
/// <param name="Tokens">How many came; the end of an answer that is not whole is an error.</param>
internal sealed record Measured(TimeSpan FirstDelta, IReadOnlyList<double> Gaps, int Tokens);

/// <param name="P50">The median, and so on.</param>
internal sealed record Figures(double P50, double P95, double P99, double Max)
{
    public static Figures Of(IEnumerable<double> values)
    {
        var sorted = values.Order().ToArray();
        double At(double part) => sorted.Length == 0 ? double.NaN : sorted[Math.Min(sorted.Length - 1, (int)(part * sorted.Length))];
        return new Figures(At(0.5), At(0.95), At(0.99), sorted.Length == 0 ? double.NaN : sorted[^1]);
    }
}
