using System.Collections.Concurrent;
using System.Diagnostics;
using Convo.Core.Knowledge;

namespace Convo.Tests.Core.Knowledge.Extraction;

/// <summary>Files that nobody here wrote; skipped where the shared folder is absent.</summary>
public sealed class CorpusTests
{
    private static readonly string[] Extensions = [".xlsx", ".pptx", ".doc", ".xls", ".xlsb", ".odt", ".ods", ".rtf", ".msg", ".eml", ".epub", ".csv", ".pdf"];

    [Fact]
    public async Task Extract_NastyFiles_EachEndsReadyOrFailedWithAReason()
    {
        var outcomes = await RunAsync("nasty", _ => true);

        Assert.DoesNotContain(outcomes, outcome => outcome.Code is ExtractionCodes.ChildUnavailable);
        Assert.All(outcomes, outcome => Assert.True(outcome.Code is null || outcome.Reason!.Length > 20, outcome.File));
    }

    [Fact]
    public async Task Extract_RealFiles_OneOfEachKindIsReady()
    {
        var seen = new HashSet<string>(StringComparer.Ordinal);
        var outcomes = await RunAsync("real", file => Extensions.Contains(Path.GetExtension(file)) && new FileInfo(file).Length is > 5_000 and < 60_000 && seen.Add(Path.GetExtension(file)));

        Assert.All(outcomes, outcome => Assert.True(outcome.Code is null or ExtractionCodes.NoText, $"{outcome.File}: {outcome.Code} {outcome.Reason}"));
        Assert.True(outcomes.Count(outcome => outcome.Code is null) >= outcomes.Count * 0.6);
    }

    /// <summary>
    /// Some minutes; for whoever changes a reader. Of the files in which another program finds words, 97 in a hundred must be ready and have 97 % of
    /// these words; others may be empty or protected, and the rest fail with a reason.
    /// </summary>
    [Fact(Explicit = true)]
    public async Task Extract_AllRealFiles_AreReadyWithTheirText()
    {
        Assert.SkipWhen(OcrPrograms.Renderer is null, "poppler-utils is not installed.");
        var outcomes = await RunAsync("real", _ => true, RecognitionTests.Recognizing());

        var (judged, missed) = (0, new List<string>());
        foreach (var outcome in outcomes.OrderBy(outcome => outcome.File, StringComparer.Ordinal))
        {
            var words = await ReferenceText.WordsAsync(outcome.File, TestContext.Current.CancellationToken);
            if (words.Count == 0)
                continue;
            judged++;
            var recall = outcome.Text is { } text ? ReferenceText.Recall(words, text) : 0;
            if (recall < 0.97)
                missed.Add($"{recall:0.000} of {words.Count} words, {outcome.Code ?? "ready"}: {outcome.File}");
        }

        TestContext.Current.TestOutputHelper!.WriteLine($"{judged - missed.Count} of {judged} files have their text; {outcomes.Count} files, slowest {outcomes.Max(outcome => outcome.Took).TotalSeconds:0.0} s");
        Assert.True(judged > 100, "Too few files to judge by.");
        Assert.True(missed.Count <= judged * 0.03, string.Join('\n', missed));
    }

    /// <summary>One after the other, with text recognition, as a file of a user's is read.</summary>
    [Fact(Explicit = true)]
    public async Task Extract_NastyFilesWithRecognition_SayTheSlowest()
    {
        var outcomes = await RunAsync("nasty", _ => true, RecognitionTests.Recognizing(), workers: 1);

        foreach (var slow in outcomes.OrderByDescending(outcome => outcome.Took).Take(5))
            TestContext.Current.TestOutputHelper!.WriteLine($"{slow.Took.TotalSeconds:0.0} s {slow.Code ?? "ready"} {slow.File}");
        Assert.DoesNotContain(outcomes, outcome => outcome.Code is ExtractionCodes.ChildUnavailable or ExtractionCodes.Timeout);
    }

    private static async Task<List<Outcome>> RunAsync(string folder, Func<string, bool> filter, IDocumentExtractor? chosen = null, int workers = 2)
    {
        var root = Find();
        Assert.SkipWhen(root is null, "The shared data folder is not here.");
        var extractor = chosen ?? Child.Real();
        var outcomes = new ConcurrentBag<Outcome>();
        var files = Directory.EnumerateFiles(Path.Combine(root, folder), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Where(filter);
        await Parallel.ForEachAsync(files, new ParallelOptions { MaxDegreeOfParallelism = workers, CancellationToken = TestContext.Current.CancellationToken }, async (file, _) =>
        {
            var started = Stopwatch.GetTimestamp();
            try
            {
                var document = await extractor.ReadAsync(await File.ReadAllBytesAsync(file, CancellationToken.None), Path.GetFileName(file));
                outcomes.Add(new Outcome(file, null, null, CanonicalText.Of(document).Text, Stopwatch.GetElapsedTime(started)));
            }
            catch (ExtractionException failure)
            {
                outcomes.Add(new Outcome(file, failure.Code, failure.Reason, null, Stopwatch.GetElapsedTime(started)));
            }
        });
        Assert.NotEmpty(outcomes);
        return [.. outcomes];
    }

    private static string? Find()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var data = Path.Combine(folder.FullName, "shared", "data", "docs");
            if (Directory.Exists(data))
                return data;
        }
        return null;
    }

    private sealed record Outcome(string File, string? Code, string? Reason, string? Text, TimeSpan Took);
}
