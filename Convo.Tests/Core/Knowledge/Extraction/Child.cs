using Convo.Core.Knowledge;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;

namespace Convo.Tests.Core.Knowledge.Extraction;

/// <summary>Extractors whose child is the real program, or a shell script that misbehaves in one way.</summary>
internal static class Child
{
    public static readonly string[] RealCommand = ["dotnet", Path.Combine(AppContext.BaseDirectory, "Convo.Web.dll"), ExtractionChild.Command];

    public static IDocumentExtractor Real(Action<ExtractionOptions>? change = null) => With(RealCommand, change);

    public static IDocumentExtractor Shell(string script, Action<ExtractionOptions>? change = null) => With(["/bin/sh", "-c", script], change);

    public static Task<ExtractedDocument> ReadAsync(this IDocumentExtractor extractor, byte[] bytes, string name) =>
        extractor.ExtractAsync(new ExtractionRequest(name, new MemoryStream(bytes)), new Progress<ExtractionProgress>(), TestContext.Current.CancellationToken);

    public static async Task<ExtractionException> FailsAsync(this IDocumentExtractor extractor, byte[] bytes, string name) =>
        await Assert.ThrowsAsync<ExtractionException>(() => extractor.ReadAsync(bytes, name));

    /// <summary>Ids of the direct children of this process whose command line holds <paramref name="mark"/>.</summary>
    public static List<int> Running(string mark) => Directory.EnumerateDirectories("/proc")
        .Select(folder => int.TryParse(Path.GetFileName(folder), out var id) ? id : 0)
        .Where(id => id > 0 && StatusLine(id, "PPid") == Environment.ProcessId.ToString(System.Globalization.CultureInfo.InvariantCulture)
            && CommandLine(id).Contains(mark, StringComparison.Ordinal)).ToList();

    public static string? StatusLine(int process, string name)
    {
        try
        {
            return File.ReadLines($"/proc/{process}/status").FirstOrDefault(line => line.StartsWith(name + ":", StringComparison.Ordinal))?[(name.Length + 1)..].Trim();
        }
        catch (IOException)
        {
            return null;
        }
    }

    private static IDocumentExtractor With(string[] command, Action<ExtractionOptions>? change)
    {
        var options = new ExtractionOptions { Command = command, Timeout = TimeSpan.FromSeconds(60) };
        change?.Invoke(options);
        return new ChildProcessExtractor(Options.Create(options), TimeProvider.System, NullLogger<ChildProcessExtractor>.Instance);
    }

    private static string CommandLine(int process)
    {
        try
        {
            return File.ReadAllText($"/proc/{process}/cmdline");
        }
        catch (IOException)
        {
            return "";
        }
    }
}
