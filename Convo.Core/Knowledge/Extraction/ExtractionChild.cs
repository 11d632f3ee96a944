using System.Diagnostics;
using System.Text.Json;

namespace Convo.Core.Knowledge;

/// <summary>The reading process: <c>Convo.Web extract</c>. It gets one file, answers with its blocks and ends.</summary>
public static class ExtractionChild
{
    /// <summary>The program argument that makes a process this one.</summary>
    public const string Command = "extract";

    // Enough for documents nested as deep as their parsers allow; an overflow ends this process only.
    private const int StackBytes = 16 << 20;

    /// <returns>The exit code: 0 when an answer was written, be it blocks or an error.</returns>
    public static async Task<int> RunAsync(string[] args, Stream stdin, Stream stdout)
    {
        if (args is not [Command])
        {
            await Console.Error.WriteLineAsync("usage: extract  (reads frames on standard input, writes JSON lines)").ConfigureAwait(false);
            return 2;
        }
        // Readers are synchronous and some recurse, so they get a thread of their own with a known stack.
        var done = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => done.SetResult(Run(stdin, stdout)), StackBytes) { IsBackground = true }.Start();
        return await done.Task.ConfigureAwait(false);
    }

    private static int Run(Stream stdin, Stream stdout)
    {
        try
        {
            var job = ReadJob(stdin);
            ChildSandbox.Enter(job.Limits, mayStartPrograms: job.Recognition is not null);
            var bytes = ReadFile(stdin, job.Length);
            DieWithParent(stdin);
            using var output = new BufferedStream(stdout, 1 << 16);
            if (job.Recognition is { } recognition)
                Recognizer.Run(bytes, recognition, new ChildSender(output));
            else
                Answer(bytes, job, new ChildSender(output));
            return 0;
        }
        catch (IOException)
        {
            // The parent is gone, and with it whoever wanted the answer.
            return 3;
        }
    }

    private static void Answer(ReadOnlyMemory<byte> bytes, ChildJob job, ChildSender sender)
    {
        ExtractedDocument document;
        try
        {
            document = DocumentReaders.Read(bytes, job.FileName, job.Limits, sender.Progress);
        }
        catch (ExtractionException failure)
        {
            sender.Error(failure);
            return;
        }
        catch (OutOfMemoryException)
        {
            sender.Error(ExtractionCodes.Memory, ExtractionReasons.Memory);
            return;
        }
        catch (InsufficientExecutionStackException)
        {
            sender.Error(ExtractionCodes.Damaged, ExtractionReasons.TooDeep);
            return;
        }
#pragma warning disable CA1031 // Readers of damaged files throw almost anything; what and where is for the log of the parent.
        catch (Exception failure)
#pragma warning restore CA1031
        {
            Console.Error.WriteLine(failure);
            sender.Error(ExtractionCodes.Damaged, ExtractionReasons.Damaged);
            return;
        }
        sender.Document(document);
    }

    private static ChildJob ReadJob(Stream stdin)
    {
        var frame = new byte[ChildProtocol.ReadLength(stdin)];
        stdin.ReadExactly(frame);
        return JsonSerializer.Deserialize(frame, ChildJson.Default.ChildJob) ?? throw new InvalidDataException("The job is null.");
    }

    private static ReadOnlyMemory<byte> ReadFile(Stream stdin, long length)
    {
        var bytes = new byte[Math.Max(length, 1 << 16)];
        var filled = 0;
        for (int frame; (frame = ChildProtocol.ReadLength(stdin)) > 0; filled += frame)
        {
            if (filled + frame > bytes.Length)
                Array.Resize(ref bytes, Math.Max(bytes.Length * 2, filled + frame));
            stdin.ReadExactly(bytes, filled, frame);
        }
        return bytes.AsMemory(0, filled);
    }

    private static void DieWithParent(Stream stdin) =>
        new Thread(() =>
        {
            // Nothing more is ever sent: the read returns when the last holder of the other end is gone, even after kill -9.
            stdin.ReadByte();
            OcrProcess.EndAll();
            Process.GetCurrentProcess().Kill();
        }, 256 << 10) { IsBackground = true }.Start();
}
