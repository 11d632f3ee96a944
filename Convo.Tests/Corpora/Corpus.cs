using System.Text.Json;
using Convo.Tests.Fixtures;

namespace Convo.Tests.Corpora;

/// <summary>Hostile and odd texts that nobody here wrote; README.md beside this says whose they are.</summary>
internal static class Corpus
{
    /// <summary>The Big List of Naughty Strings.</summary>
    public static IReadOnlyList<string> NaughtyStrings { get; } = [.. Json("blns.json").EnumerateArray().Select(text => text.GetString()!)];

    /// <summary>DOMPurify's payloads, whole.</summary>
    public static IReadOnlyList<string> Payloads { get; } = [.. Json("dompurify.json").EnumerateArray().Select(entry => entry.GetProperty("payload").GetString()!)];

    /// <summary>The examples of the CommonMark specification: markdown only, since Convo's HTML is meant to differ. Arrows stand for tabs there.</summary>
    public static IReadOnlyList<string> CommonMark()
    {
        var path = Path.Combine(Repository.Root, "Convo.Tests", "Node", "node_modules", "commonmark-spec", "spec.txt");
        Assert.True(File.Exists(path), $"{path} is missing. Run scripts/setup.sh --test, which installs it.");
        const string fence = "````````````````````````````````";
        List<string> examples = [];
        List<string>? example = null;
        foreach (var line in File.ReadLines(path))
        {
            if (line.StartsWith(fence + " example", StringComparison.Ordinal))
            {
                example = [];
            }
            else if (example is not null && line == ".")
            {
                examples.Add(string.Join('\n', example).Replace('→', '\t'));
                example = null;
            }
            else
            {
                example?.Add(line);
            }
        }

        return examples;
    }

    private static JsonElement Json(string name)
    {
        using var stream = typeof(Corpus).Assembly.GetManifestResourceStream(name)!;
        return JsonDocument.Parse(stream).RootElement;
    }
}
