using System.Diagnostics;
using System.Text;

namespace Convo.Tests.Fixtures;

/// <summary>A script of Convo.Tests/Node, run by node with the packages that scripts/setup.sh --test installed there.</summary>
internal sealed class NodeScript : IAsyncDisposable
{
    private readonly Process _process;
    private readonly Task<string> _errors;

    private NodeScript(Process process)
    {
        _process = process;
        _errors = process.StandardError.ReadToEndAsync(CancellationToken.None);
    }

    /// <param name="name">The script's file name.</param>
    /// <param name="environment">Variables for it, beside those of the tests.</param>
    /// <param name="arguments">After the file name.</param>
    public static NodeScript Start(string name, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var folder = Path.Combine(Repository.Root, "Convo.Tests", "Node");
        Assert.True(
            Directory.Exists(Path.Combine(folder, "node_modules")), $"{folder} has no node_modules. Run scripts/setup.sh --test, which installs them.");
        var start = new ProcessStartInfo("node", [Path.Combine(folder, name), .. arguments])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = Encoding.UTF8,
        };
        foreach (var (key, value) in environment)
        {
            start.Environment[key] = value;
        }

        return new NodeScript(Process.Start(start)!);
    }

    /// <summary>The next line that it prints; null when it has ended.</summary>
    public ValueTask<string?> ReadLineAsync(CancellationToken cancellationToken) => _process.StandardOutput.ReadLineAsync(cancellationToken);

    /// <summary>Waits for its end, which must be a good one.</summary>
    /// <returns>What it printed and nobody has read.</returns>
    public async Task<string> EndAsync(CancellationToken cancellationToken)
    {
        var output = await _process.StandardOutput.ReadToEndAsync(cancellationToken);
        await _process.WaitForExitAsync(cancellationToken);
        Assert.True(_process.ExitCode == 0, $"node ended with {_process.ExitCode}: {await _errors}{output}");
        return output;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _process.Dispose();
    }
}
