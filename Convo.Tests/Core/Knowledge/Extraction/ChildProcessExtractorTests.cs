using System.Text;
using Convo.Core.Knowledge;
using Convo.Tests.Core.Knowledge.Readers;

namespace Convo.Tests.Core.Knowledge.Extraction;

public sealed class ChildProcessExtractorTests
{
    private const string ReadAll = "cat > /dev/null & ";

    [Fact]
    public async Task Extract_Pdf_GivesWhatTheReaderGives()
    {
        var pdf = PdfReaderTests.Pdf([(20, 700, "Annual report", 24), (20, 660, "All went well.", 11)], [(20, 700, "Second page.", 11)]);

        var document = await Child.Real().ReadAsync(pdf, "report.pdf");

        Assert.Equal(Reading.Show(Reading.Read(pdf, "report.pdf")), Reading.Show(document));
        Assert.Equal(("application/pdf", 2, "Annual report"), (document.MediaType, document.Pages, document.Title));
    }

    [Fact]
    public async Task Extract_RefusedFile_CarriesCodeAndReason()
    {
        var failure = await Child.Real().FailsAsync([], "a.pdf");
        Assert.Equal((ExtractionCodes.Empty, ExtractionReasons.Empty), (failure.Code, failure.Reason));
    }

    [Fact]
    public async Task Extract_DamagedFile_SaysSo() =>
        Assert.Equal(ExtractionCodes.Damaged, (await Child.Real().FailsAsync(Encoding.ASCII.GetBytes("%PDF-1.4 and nothing else"), "a.pdf")).Code);

    [Fact]
    public async Task Extract_NestedWithoutEnd_FailsOnlyThatFile()
    {
        var runs = string.Concat(Enumerable.Repeat("<w:r>", 20_000)) + "<w:t>x</w:t>" + string.Concat(Enumerable.Repeat("</w:r>", 20_000));
        var extractor = Child.Real();
        var failure = await extractor.FailsAsync(Reading.Docx($"<w:p>{runs}</w:p>"), "deep.docx");
        Assert.Equal(ExtractionReasons.TooDeep, failure.Reason);
        Assert.Equal("next", CanonicalText.Of(await extractor.ReadAsync("next"u8.ToArray(), "b.txt")).Text);
    }

    [Fact]
    public async Task Extract_MoreMemoryThanAllowed_SaysSo()
    {
        var large = Encoding.ASCII.GetBytes("<html>" + string.Concat(Enumerable.Repeat("<b>x</b>", 3_000_000)));
        var failure = await Child.Real(options => options.MaxMemoryBytes = 64L << 20).FailsAsync(large, "a.html");
        Assert.Equal(ExtractionCodes.Memory, failure.Code);
    }

    [Theory]
    [InlineData("sleep 1000")]
    [InlineData("while :; do echo '{}' > /dev/null; done")]
    [InlineData("sleep 1000 & wait")]
    public async Task Extract_Hang_IsEndedWithAllItStarted(string script)
    {
        var failure = await Child.Shell(script, options => options.Timeout = TimeSpan.FromMilliseconds(300)).FailsAsync([1], "a.txt");
        Assert.Equal(ExtractionCodes.Timeout, failure.Code);
        // Only what waited for a busy machine is tried again, and a machine may be that.
        Assert.Equal(failure.WasStarved, failure.IsTransient);
        Assert.Empty(Child.Running(script));
    }

    [Theory]
    [InlineData("5000000000 2500000000 12\n", 2.5)]
    [InlineData("", 0)]
    public void ProcessorWait_OfAThread_IsItsSecondNumber(string schedstat, double seconds) => Assert.Equal(TimeSpan.FromSeconds(seconds), ProcessorWait.Read(schedstat));

    [Theory]
    [InlineData("kill -SEGV $$", ExtractionCodes.Crashed)]
    [InlineData("kill -ABRT $$", ExtractionCodes.Crashed)]
    [InlineData("kill -KILL $$", ExtractionCodes.Memory)]
    [InlineData("kill -XCPU $$", ExtractionCodes.Timeout)]
    [InlineData("echo 'Out of memory.' >&2; kill -ABRT $$", ExtractionCodes.Memory)]
    [InlineData("echo 'Stack overflow.' >&2; kill -ABRT $$", ExtractionCodes.Crashed)]
    [InlineData("exit 0", ExtractionCodes.Crashed)]
    [InlineData("exit 150", ExtractionCodes.ChildUnavailable)]
    [InlineData("printf '{\"k\":1,\"b\":1,\"t\":\"half'", ExtractionCodes.Crashed)]
    [InlineData("echo 'not json'", ExtractionCodes.Crashed)]
    [InlineData("echo '{\"k\":1,\"b\":99,\"t\":\"x\",\"p\":1}'", ExtractionCodes.Damaged)]
    [InlineData("echo '{\"k\":1,\"b\":1,\"t\":\"x\",\"p\":-1}'", ExtractionCodes.Damaged)]
    [InlineData("yes xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx | tr -d '\\n'", ExtractionCodes.TooLarge)]
    [InlineData("yes noise >&2", ExtractionCodes.Timeout)]
    public async Task Extract_ChildMisbehaves_HasATrueCode(string script, string code)
    {
        var failure = await Child.Shell(ReadAll + script, options =>
        {
            options.MaxCharacters = 100_000;
            options.Timeout = TimeSpan.FromSeconds(script.StartsWith("yes noise", StringComparison.Ordinal) ? 1 : 30);
        }).FailsAsync(new byte[300_000], "a.txt");
        Assert.Equal(code, failure.Code);
        Assert.EndsWith(".", failure.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Extract_ProgramMissing_SaysItIsTheServersFault()
    {
        var extractor = new ChildProcessExtractor(
            Microsoft.Extensions.Options.Options.Create(new ExtractionOptions { Command = ["/no/such/program"] }), TimeProvider.System,
            Microsoft.Extensions.Logging.Abstractions.NullLogger<ChildProcessExtractor>.Instance);
        Assert.Equal(ExtractionCodes.ChildUnavailable, (await extractor.FailsAsync([1], "a.txt")).Code);
    }

    [Fact]
    public async Task Extract_CallerGivesUp_LeavesNothingRunning()
    {
        const string Mark = "sleep 4242";
        using var gone = new CancellationTokenSource();
        var reading = Child.Shell(Mark).ExtractAsync(new ExtractionRequest("a.txt", new MemoryStream([1])), new Progress<ExtractionProgress>(), gone.Token);
        await gone.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => reading);
        Assert.Empty(Child.Running(Mark));
    }

    [Fact]
    public async Task Extract_ContentFails_IsTheCallersException()
    {
        var content = new BrokenStream();
        await Assert.ThrowsAsync<IOException>(() => Child.Real().ExtractAsync(
            new ExtractionRequest("a.txt", content), new Progress<ExtractionProgress>(), TestContext.Current.CancellationToken));
    }

    private sealed class BrokenStream : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            throw new IOException("the store is gone");
    }
}
