using System.Diagnostics;
using System.Text.Json;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace Convo.Core.Knowledge;

/// <summary>Reads each file in a process of its own, so that no file can crash, starve or hang this one.</summary>
internal sealed partial class ChildProcessExtractor(
    IOptions<ExtractionOptions> options, TimeProvider time, ILogger<ChildProcessExtractor> logger) : IDocumentExtractor
{
    public async Task<ExtractedDocument> ExtractAsync(
        ExtractionRequest request, IProgress<ExtractionProgress> progress, CancellationToken ct)
    {
        var limits = options.Value;
        var answer = new ChildAnswer(limits, progress);
        var job = new ChildJob(request.FileName, LengthOf(request.Content), ReaderLimits.From(limits));
        await RunAsync(job, request.Content, limits.Timeout, answer, ct).ConfigureAwait(false);
        return answer.Result!;
    }

    /// <summary>Runs a child until it has said everything, and leaves nothing of it.</summary>
    internal async Task RunAsync(ChildJob job, Stream content, TimeSpan timeout, ChildAnswer answer, CancellationToken ct)
    {
        var limits = options.Value;
        using var deadline = new CancellationTokenSource(timeout, time);
        using var silence = new CancellationTokenSource(limits.MaxSilence, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, deadline.Token, silence.Token);
        answer.Alive = () => silence.CancelAfter(limits.MaxSilence);
        using var child = Start(limits);
        var errors = BoundedText.ReadAsync(child.StandardError);
        try
        {
            var sending = SendAsync(child, job, content, either.Token);
            var reading = answer.ReadAsync(child.StandardOutput.BaseStream, either.Token);
            // A source that fails would leave the child waiting for the rest of the file.
            await (await Task.WhenAny(reading, sending).ConfigureAwait(false)).ConfigureAwait(false);
            await reading.ConfigureAwait(false);
            await sending.ConfigureAwait(false);
            if (answer.Result is not null)
                return;
            await child.WaitForExitAsync(either.Token).ConfigureAwait(false);
            throw ChildDeath.Explain(child.ExitCode, await errors.ConfigureAwait(false));
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            throw new ExtractionException(ExtractionCodes.Timeout, ExtractionReasons.Timeout(deadline.IsCancellationRequested ? timeout : limits.MaxSilence));
        }
        finally
        {
            await EndAsync(child, errors).ConfigureAwait(false);
        }
    }

    internal static long LengthOf(Stream content) => content.CanSeek ? content.Length - content.Position : 0;

    private Process Start(ExtractionOptions limits)
    {
        try
        {
            return Process.Start(ChildCommand.StartInfo(limits))!;
        }
        catch (Exception failure) when (failure is System.ComponentModel.Win32Exception or InvalidOperationException)
        {
            LogNotStarted(failure);
            throw new ExtractionException(ExtractionCodes.ChildUnavailable, ExtractionReasons.Unavailable, failure);
        }
    }

    private static async Task SendAsync(Process child, ChildJob job, Stream content, CancellationToken ct)
    {
        var stdin = child.StandardInput.BaseStream;
        var buffer = new byte[128 * 1024];
        try
        {
            await WriteAsync(JsonSerializer.SerializeToUtf8Bytes(job, ChildJson.Default.ChildJob)).ConfigureAwait(false);
            for (int read; (read = await content.ReadAsync(buffer, ct).ConfigureAwait(false)) > 0;)
                await WriteAsync(buffer.AsMemory(0, read)).ConfigureAwait(false);
            await WriteAsync(default).ConfigureAwait(false);
            await stdin.FlushAsync(ct).ConfigureAwait(false);
        }
        catch (BrokenChildException)
        {
            // It died while being told its job; its exit code says why.
        }

        async Task WriteAsync(ReadOnlyMemory<byte> bytes)
        {
            try
            {
                await ChildProtocol.WriteFrameAsync(stdin, bytes, ct).ConfigureAwait(false);
            }
            catch (IOException broken)
            {
                throw new BrokenChildException(broken);
            }
        }
    }

    private async Task EndAsync(Process child, Task<string> errors)
    {
        if (!child.HasExited)
            child.Kill(entireProcessTree: true);
        // Reaped before we return: nothing of it is left when the caller goes on.
        await child.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        var said = await errors.ConfigureAwait(false);
        if (said.Length > 0)
            LogChildSaid(child.ExitCode, said);
    }

    private sealed class BrokenChildException(IOException inner) : Exception(inner.Message, inner);

    [LoggerMessage(Level = LogLevel.Error, Message = "The extraction process could not be started")]
    private partial void LogNotStarted(Exception failure);

    [LoggerMessage(Level = LogLevel.Debug, Message = "The extraction process ended with {ExitCode} and said: {Errors}")]
    private partial void LogChildSaid(int exitCode, string errors);
}
