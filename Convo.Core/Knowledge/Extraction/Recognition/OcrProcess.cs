using System.Collections.Concurrent;
using System.Diagnostics;

namespace Convo.Core.Knowledge;

/// <summary>One of the OCR programs at work: bytes in, bytes out, no file between.</summary>
internal sealed class OcrProcess : IDisposable
{
    private static readonly ConcurrentDictionary<OcrProcess, byte> Running = [];

    private readonly Process _process;
    private Task _feeding = Task.CompletedTask;

    private OcrProcess(Process process) => _process = process;

    public Stream Output => _process.StandardOutput.BaseStream;

    public static OcrProcess Start(string program, IReadOnlyList<string> arguments)
    {
        var start = new ProcessStartInfo(program, arguments)
        {
            UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true,
        };
        // Its own threads would only get in each other's way on small pages.
        start.Environment["OMP_THREAD_LIMIT"] = "1";
        var process = Process.Start(start)!;
        process.ErrorDataReceived += (_, said) => Debug.WriteLine(said.Data);
        process.BeginErrorReadLine();
        var started = new OcrProcess(process);
        Running[started] = 0;
        return started;
    }

    /// <summary>For the last moment of this process: its programs do not outlive it.</summary>
    public static void EndAll()
    {
        foreach (var running in Running.Keys)
            running.Kill();
    }

    /// <summary>Gives the program its input while its output is read.</summary>
    public void Feed(ReadOnlyMemory<byte> bytes) => _feeding = Task.Run(() =>
    {
        try
        {
            using var input = _process.StandardInput.BaseStream;
            input.Write(bytes.Span);
        }
        catch (IOException)
        {
            // It ended before it had read all: it has what it needs, or has failed.
        }
    });

    public void Dispose()
    {
        Running.TryRemove(this, out _);
        Kill();
        _process.WaitForExit();
        _feeding.Wait();
        _process.Dispose();
    }

    private void Kill()
    {
        if (!_process.HasExited)
            _process.Kill();
    }
}
