using System.Diagnostics;
using System.Globalization;
using Convo.Core.Knowledge;

namespace Convo.Bench.Ingest;

/// <summary><c>ingest --folder &lt;folder&gt;</c>: files through upload, child process, chunking, embedding and publication, beside <c>pdftotext</c> on the same PDFs.</summary>
internal static class IngestBench
{
    private const int Workers = 2;

    public static BenchCommand Command { get; } = new(
        "ingest", "Pages per second and peak memory of the whole pipeline, beside pdftotext on the same PDFs: --folder <folder> [--workers 2] [--limit files]", RunAsync);

    private static async Task<int> RunAsync(BenchOptions options, CancellationToken cancellationToken)
    {
        var folder = options.Text("folder");
        var files = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Order(StringComparer.Ordinal).Take(options.Number("limit", int.MaxValue)).ToList();
        await using var host = await KnowledgeHost.StartAsync(null, cancellationToken);
        using var memory = new PeakMemory();
        var workers = options.Number("workers", Workers);

        var started = Stopwatch.GetTimestamp();
        var stored = await StoreAsync(host, files, cancellationToken);
        Say($"{files.Count} files in {folder}; {stored.Count} stored in {Stopwatch.GetElapsedTime(started).TotalSeconds:0.0} s, the others are of a type that is refused");

        var cpu = await CpuTime.StartAsync(host, cancellationToken);
        started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, workers).Select(_ => WorkAsync(host, cancellationToken)));
        var took = Stopwatch.GetElapsedTime(started);
        var done = new List<(string Path, Attachment File)>();
        foreach (var (path, id) in stored)
        {
            done.Add((path, await host.Get<IAttachmentService>().GetAsync(host.Owner, id, cancellationToken)));
        }

        var ready = done.Where(d => d.File.Status == AttachmentStatus.Ready).ToList();
        Say($"convo      {ready.Count} ready, {done.Count - ready.Count} failed; {ready.Sum(d => d.File.Pages)} pages, {ready.Sum(d => d.File.Chunks)} passages in {took.TotalSeconds:0.0} s with {workers} workers: {ready.Sum(d => d.File.Pages) / took.TotalSeconds:0.0} pages/s");
        // A child is counted when it is waited for: those that wait for a next file are ended first.
        await host.Get<ChildProcessExtractor>().EndIdleAsync();
        Say($"           {cpu.Say(ready.Sum(d => d.File.Pages) ?? 1)}");
        Say($"           peak memory {PeakMemory.Own >> 20} MB here, {memory.Children >> 20} MB in the children that read");
        foreach (var failure in done.Where(d => d.File.Error is not null).GroupBy(d => d.File.Error!.Code).OrderByDescending(g => g.Count()))
        {
            Say($"           {failure.Count()} × {failure.Key}");
        }

        var pdfs = ready.Where(d => d.File.MediaType == "application/pdf").ToList();
        await CompareAsync(host, pdfs, workers, cancellationToken);
        return 0;
    }

    private static async Task<List<(string Path, Guid Id)>> StoreAsync(KnowledgeHost host, List<string> files, CancellationToken cancellationToken)
    {
        var stored = new List<(string, Guid)>();
        foreach (var path in files)
        {
            try
            {
                await using var content = File.OpenRead(path);
                var file = await host.Get<IAttachmentService>().UploadAsync(host.Owner, new UploadFile(Path.GetFileName(path), null, null, null), content, cancellationToken);
                stored.Add((path, file.Id));
            }
            catch (Convo.Core.Shared.ConvoException)
            {
                // An empty file, or a type that Convo does not read: counted by its absence.
            }
        }

        return stored;
    }

    private static async Task WorkAsync(KnowledgeHost host, CancellationToken cancellationToken)
    {
        while (await host.Get<IIngestionService>().RunAsync(null, cancellationToken))
        {
            // The next one.
        }
    }

    /// <summary>The PDFs again, from an empty store, so that both sides read the same pages and nothing else.</summary>
    private static async Task CompareAsync(KnowledgeHost host, List<(string Path, Attachment File)> pdfs, int workers, CancellationToken cancellationToken)
    {
        if (pdfs.Count == 0)
        {
            return;
        }

        var pages = pdfs.Sum(d => d.File.Pages) ?? 0;
        foreach (var (_, file) in pdfs)
        {
            await host.Get<IAttachmentService>().DeleteAsync(host.Owner, file.Id, cancellationToken);
        }

        await StoreAsync(host, [.. pdfs.Select(d => d.Path)], cancellationToken);
        var cpu = await CpuTime.StartAsync(host, cancellationToken);
        var started = Stopwatch.GetTimestamp();
        await Task.WhenAll(Enumerable.Range(0, workers).Select(_ => WorkAsync(host, cancellationToken)));
        var convo = Stopwatch.GetElapsedTime(started);
        await host.Get<ChildProcessExtractor>().EndIdleAsync();
        var convoCpu = cpu.Say(pages);

        cpu = await CpuTime.StartAsync(host, cancellationToken);
        started = Stopwatch.GetTimestamp();
        await Parallel.ForEachAsync(pdfs, new ParallelOptions { MaxDegreeOfParallelism = workers, CancellationToken = cancellationToken }, async (pdf, token) =>
        {
            using var process = Process.Start(new ProcessStartInfo("pdftotext", ["-q", pdf.Path, "-"]) { UseShellExecute = false, RedirectStandardOutput = true })!;
            await process.StandardOutput.BaseStream.CopyToAsync(Stream.Null, token);
            await process.WaitForExitAsync(token);
        });
        var pdftotext = Stopwatch.GetElapsedTime(started);
        Say($"PDFs alone: {convoCpu}; pdftotext {cpu.Say(pages)}");
        Say($"PDFs alone {pdfs.Count} files, {pages} pages: convo {pages / convo.TotalSeconds:0.0} pages/s (text, chunks, vectors, index), pdftotext {pages / pdftotext.TotalSeconds:0.0} pages/s (text)");
    }

    private static void Say(FormattableString line) => Console.WriteLine(line.ToString(CultureInfo.InvariantCulture));
}
