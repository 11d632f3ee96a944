using Convo.Core.Knowledge;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;

namespace Convo.Tests.Core.Knowledge.Extraction;

/// <summary>Processes that read several files, one person's only.</summary>
public sealed class ReadingChildrenTests
{
    private readonly string _mark = $"mark-{Guid.CreateVersion7():N}"[^20..];

    [Fact]
    public async Task Extract_FilesOfOnePerson_ShareAProcessThatNobodyElseGets()
    {
        var (anna, bert) = (Guid.CreateVersion7(), Guid.CreateVersion7());
        await using var extractor = Extractor();
        Assert.Equal("one", await ReadAsync(extractor, anna, "one"));
        var first = Assert.Single(Child.Running(_mark));

        Assert.Equal("two", await ReadAsync(extractor, anna, "two"));
        Assert.Equal(first, Assert.Single(Child.Running(_mark)));
        Assert.Equal("three", await ReadAsync(extractor, bert, "three"));
        Assert.Equal(2, Child.Running(_mark).Count);

        await extractor.DisposeAsync();
        Assert.Empty(Child.Running(_mark));
    }

    [Fact]
    public async Task Extract_UsedProcessIsGone_ReadsTheFileInAFreshOne()
    {
        var anna = Guid.CreateVersion7();
        await using var extractor = Extractor();
        await ReadAsync(extractor, anna, "one");
        using (var idle = System.Diagnostics.Process.GetProcessById(Assert.Single(Child.Running(_mark))))
            idle.Kill(entireProcessTree: true);

        Assert.Equal("two", await ReadAsync(extractor, anna, "two"));
    }

    [Fact]
    public async Task Extract_FileIsRefused_EndsItsProcess()
    {
        await using var extractor = Extractor();
        await Assert.ThrowsAsync<ExtractionException>(() => ReadAsync(extractor, Guid.CreateVersion7(), ""));
        Assert.Empty(Child.Running(_mark));
    }

    [Fact]
    public async Task Extract_NoNextFile_EndsTheProcessAfterAWhile()
    {
        var time = new FakeTimeProvider();
        await using var extractor = Extractor(time);
        await ReadAsync(extractor, Guid.CreateVersion7(), "one");
        using var idle = System.Diagnostics.Process.GetProcessById(Assert.Single(Child.Running(_mark)));

        time.Advance(TimeSpan.FromSeconds(11));

        await idle.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    private static async Task<string> ReadAsync(ChildProcessExtractor extractor, Guid owner, string text)
    {
        var bytes = System.Text.Encoding.UTF8.GetBytes(text);
        var request = new ExtractionRequest("a.txt", new MemoryStream(bytes), _ => Task.FromResult<Stream>(new MemoryStream(bytes)), owner);
        return CanonicalText.Of(await extractor.ExtractAsync(request, new Progress<ExtractionProgress>(), TestContext.Current.CancellationToken)).Text;
    }

    /// <summary>Below a shell, whose command line carries the mark.</summary>
    private ChildProcessExtractor Extractor(TimeProvider? time = null)
    {
        var options = new ExtractionOptions { Command = ["/bin/sh", "-c", $"{string.Join(' ', Child.RealCommand)}; true {_mark}"] };
        return new ChildProcessExtractor(Options.Create(options), time ?? TimeProvider.System, NullLogger<ChildProcessExtractor>.Instance);
    }
}
