using System.Collections.Concurrent;
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

    /// <summary>Some minutes; for whoever changes a reader. Files that hold no text of their own are told by their code.</summary>
    [Fact(Explicit = true)]
    public async Task Extract_AllRealFiles_AreReadyOrHoldNoText()
    {
        var outcomes = await RunAsync("real", _ => true);

        var failed = outcomes.Where(outcome => outcome.Code is not (null or ExtractionCodes.NoText or ExtractionCodes.Encrypted)).Select(outcome => $"{outcome.File}: {outcome.Code} {outcome.Reason}").ToList();
        Assert.True(failed.Count <= outcomes.Count * 0.03, string.Join('\n', failed));
        Assert.True(outcomes.Count(outcome => outcome.Code is ExtractionCodes.NoText) <= outcomes.Count * 0.15);
    }

    private static async Task<List<Outcome>> RunAsync(string folder, Func<string, bool> filter)
    {
        var root = Find();
        Assert.SkipWhen(root is null, "The shared data folder is not here.");
        var extractor = Child.Real();
        var outcomes = new ConcurrentBag<Outcome>();
        var files = Directory.EnumerateFiles(Path.Combine(root, folder), "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Where(filter);
        await Parallel.ForEachAsync(files, new ParallelOptions { MaxDegreeOfParallelism = 2, CancellationToken = TestContext.Current.CancellationToken }, async (file, _) =>
        {
            try
            {
                await extractor.ReadAsync(await File.ReadAllBytesAsync(file, CancellationToken.None), Path.GetFileName(file));
                outcomes.Add(new Outcome(file, null, null));
            }
            catch (ExtractionException failure)
            {
                outcomes.Add(new Outcome(file, failure.Code, failure.Reason));
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

    private sealed record Outcome(string File, string? Code, string? Reason);
}
