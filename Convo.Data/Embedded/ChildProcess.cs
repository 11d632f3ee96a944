using System.Diagnostics;

namespace Convo.Data.Embedded;

/// <summary>What a finished helper program left: its exit code and everything it printed.</summary>
internal sealed record ChildResult(int ExitCode, string Output)
{
    public bool Ok => ExitCode == 0;
}

/// <summary>Runs a helper program to its end.</summary>
internal static class ChildProcess
{
    public static async Task<ChildResult> RunAsync(IReadOnlyList<string> command, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(command[0], command.Skip(1))
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
            // A folder every account can enter: PostgreSQL's tools fail when they cannot return to where they were started.
            WorkingDirectory = "/",
        };
        // A person's PGDATA, PGPORT or translated messages must not reach our cluster.
        foreach (var name in start.Environment.Keys.Where(name => name.StartsWith("PG", StringComparison.Ordinal)).ToList())
        {
            start.Environment.Remove(name);
        }

        start.Environment["LC_ALL"] = "C.UTF-8";

        using var process = Process.Start(start) ?? throw new InvalidOperationException($"{command[0]} did not start.");
        process.StandardInput.Close();
        try
        {
            var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
            var error = process.StandardError.ReadToEndAsync(cancellationToken);
            await process.WaitForExitAsync(cancellationToken).ConfigureAwait(false);
            return new ChildResult(process.ExitCode, string.Concat(await output.ConfigureAwait(false), await error.ConfigureAwait(false)).Trim());
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }
    }
}
