using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.Json;

namespace Convo.Core.Knowledge;

/// <summary>The reading process: <c>Convo.Web extract</c>. It gets a file, answers with its blocks and waits for the next.</summary>
public static class ExtractionChild
{
    /// <summary>The program argument that makes a process this one.</summary>
    public const string Command = "extract";

    // Enough for documents nested as deep as their parsers allow; an overflow ends this process only.
    private const int StackBytes = 16 << 20;

    /// <returns>The exit code: 2 for a wrong call, 3 when the parent no longer listens; else the process ends with its parent's pipe.</returns>
    public static async Task<int> RunAsync(string[] args, Stream stdin, Stream stdout)
    {
        if (args is not [Command])
        {
            await Console.Error.WriteLineAsync("usage: extract  (reads frames on standard input, writes JSON lines)").ConfigureAwait(false);
            return 2;
        }
        var done = new TaskCompletionSource<int>(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() => Receive(stdin, stdout, done), 256 << 10) { IsBackground = true }.Start();
        return await done.Task.ConfigureAwait(false);
    }

    /// <summary>Takes the files from the pipe, whose end, also after kill -9 of the parent, is the end of this process.</summary>
    private static void Receive(Stream stdin, Stream stdout, TaskCompletionSource<int> done)
    {
        var files = new BlockingCollection<(ChildJob Job, ReadOnlyMemory<byte> Bytes)>(boundedCapacity: 1);
        try
        {
            for (var isFirst = true; ; isFirst = false)
            {
                var job = ReadJob(stdin);
                if (isFirst)
                {
                    // Before the first byte of a file, and before the thread that reads it, which inherits what counts for threads.
                    ChildSandbox.Enter(job.Limits, mayStartPrograms: job.Recognition is not null);
                    // Readers are synchronous and some recurse, so they get a thread of their own with a known stack.
                    new Thread(() => done.SetResult(AnswerAll(files, stdout)), StackBytes) { IsBackground = true }.Start();
                }
                files.Add((job, ReadFile(stdin, job.Length)));
            }
        }
        catch (IOException)
        {
            OcrProcess.EndAll();
            Process.GetCurrentProcess().Kill();
        }
    }

    private static int AnswerAll(BlockingCollection<(ChildJob Job, ReadOnlyMemory<byte> Bytes)> files, Stream stdout)
    {
        try
        {
            using var output = new BufferedStream(stdout, 1 << 16);
            foreach (var (job, bytes) in files.GetConsumingEnumerable())
            {
                if (job.Recognition is { } recognition)
                    Recognizer.Run(bytes, recognition, new ChildSender(output));
                else
                    Answer(bytes, job, new ChildSender(output));
            }
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
}
