using System.Diagnostics;
using System.Text.Json;

namespace Convo.Core.Knowledge;

/// <summary>A reading process: it is sent one file after the other and answers each before it gets the next.</summary>
internal sealed class ReadingChild : IDisposable
{
    /// <summary>Processor time after which a process is not used again; its limit (rlimit) has as much more room.</summary>
    public const int UsedUpSeconds = 30;

    private const int MaxFiles = 100;
    private const long MaxIdleBytes = 400L << 20;

    private readonly Process _process;
    private readonly Task<string> _errors;

    private ReadingChild(Process process)
    {
        _process = process;
        _errors = BoundedText.ReadAsync(process.StandardError);
    }

    public Stream Output => _process.StandardOutput.BaseStream;

    public int Id => _process.Id;

    /// <summary>Files it answered.</summary>
    public int Served { get; set; }

    /// <summary>Whether it may read another file: it lives, and has grown neither old nor large.</summary>
    public bool IsFresh
    {
        get
        {
            if (_process.HasExited)
                return false;
            _process.Refresh();
            return Served < MaxFiles && _process.TotalProcessorTime.TotalSeconds < UsedUpSeconds && _process.WorkingSet64 < MaxIdleBytes;
        }
    }

    /// <exception cref="System.ComponentModel.Win32Exception">The program is missing or may not be started.</exception>
    public static ReadingChild Start(ExtractionOptions limits) => new(Process.Start(ChildCommand.StartInfo(limits))!);

    public async Task SendAsync(ChildJob job, Stream content, CancellationToken ct)
    {
        var stdin = _process.StandardInput.BaseStream;
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

    /// <summary>Why it died, once it has.</summary>
    public async Task<ExtractionException> ExplainAsync(CancellationToken ct)
    {
        await _process.WaitForExitAsync(ct).ConfigureAwait(false);
        return ChildDeath.Explain(_process.ExitCode, await _errors.ConfigureAwait(false));
    }

    /// <summary>Ends it with all it started, and reaps it: nothing of it is left when this returns.</summary>
    public async Task<(int ExitCode, string Errors)> EndAsync()
    {
        if (!_process.HasExited)
            _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(CancellationToken.None).ConfigureAwait(false);
        return (_process.ExitCode, await _errors.ConfigureAwait(false));
    }

    public void Dispose() => _process.Dispose();

    private sealed class BrokenChildException(IOException inner) : Exception(inner.Message, inner);
}
