using System.Diagnostics;
using System.IO.Pipelines;
using System.Text;
using Convo.Core.Knowledge;

namespace Convo.Tests.Core.Knowledge.Extraction;

public sealed class ChildSandboxTests
{
    [Fact]
    public async Task Child_WhileReading_IsFilteredLimitedAndHoldsNoSecret()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The sandbox is made of Linux's means.");
        Environment.SetEnvironmentVariable("CONVO_TEST_ONLY_SECRET", "sk-must-not-be-inherited");
        var content = new Pipe();
        var reading = Child.Real().ExtractAsync(
            new ExtractionRequest("a.txt", content.Reader.AsStream()), new Progress<ExtractionProgress>(), TestContext.Current.CancellationToken);
        var child = await FindAsync();

        Assert.Contains("Max core file size        0 ", File.ReadAllText($"/proc/{child}/limits"), StringComparison.Ordinal);
        Assert.Contains("Max file size             0 ", File.ReadAllText($"/proc/{child}/limits"), StringComparison.Ordinal);
        Assert.DoesNotContain("sk-must-not-be-inherited", File.ReadAllText($"/proc/{child}/environ"), StringComparison.Ordinal);

        await content.Writer.WriteAsync("done"u8.ToArray(), TestContext.Current.CancellationToken);
        await content.Writer.CompleteAsync();
        Assert.Equal("done", CanonicalText.Of(await reading).Text);
    }

    [Fact]
    public async Task Child_ParentKilled_EndsToo()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "The sandbox is made of Linux's means.");
        // The shell stands for the parent: it holds the pipe's other end, sends a job whose reading never ends, and is killed.
        var command = string.Join(' ', Child.RealCommand.Select(part => $"'{part}'"));
        using var parent = Process.Start(new ProcessStartInfo("/bin/bash", ["-c", $"exec 3> >(exec {command} 1>&2); echo $!; exec cat >&3"])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        })!;
        var child = int.Parse((await parent.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken))!, System.Globalization.CultureInfo.InvariantCulture);
        var stdin = parent.StandardInput.BaseStream;
        await ChildProtocol.WriteFrameAsync(stdin, Encoding.UTF8.GetBytes("{\"FileName\":\"a.txt\",\"Limits\":{\"MaxPages\":1,\"MaxCpuSeconds\":60}}"), TestContext.Current.CancellationToken);
        await stdin.FlushAsync(TestContext.Current.CancellationToken);
        await WaitUntilAsync(() => Child.StatusLine(child, "Seccomp") == "2");

        parent.Kill();

        await WaitUntilAsync(() => Child.StatusLine(child, "State") is null or "Z (zombie)");
    }

    private static async Task<int> FindAsync()
    {
        var found = 0;
        await WaitUntilAsync(() => (found = Child.Running("Convo.Web.dll").FirstOrDefault(id => Child.StatusLine(id, "Seccomp") == "2")) > 0);
        return found;
    }

    private static async Task WaitUntilAsync(Func<bool> condition)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        using var deadline = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        deadline.CancelAfter(TimeSpan.FromSeconds(30));
        while (!condition())
            await timer.WaitForNextTickAsync(deadline.Token);
    }
}
