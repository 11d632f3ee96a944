using System.Diagnostics;
using Convo.Data.Embedded;
using Microsoft.Extensions.Logging.Abstractions;

namespace Convo.Tests.Data.Embedded;

/// <summary>
/// The embedded services in a process of their own that can be killed: this test program, told to run the one explicit test below.
/// </summary>
internal sealed class ServingConvo : IAsyncDisposable
{
    internal const string DirectoryVariable = "CONVO_TEST_SERVE_DIR";
    internal const string Ready = "SERVING ";
    private readonly Process _process;

    private ServingConvo(Process process, string database, string redis)
    {
        _process = process;
        DatabaseConnectionString = database;
        RedisConnectionString = redis;
    }

    public int ProcessId => _process.Id;

    public string DatabaseConnectionString { get; }

    public string RedisConnectionString { get; }

    /// <param name="directory">Its data folder.</param>
    /// <param name="prefix">Programs in front of it, such as setpriv with another account.</param>
    public static async Task<ServingConvo> StartAsync(string directory, params string[] prefix)
    {
        string[] command =
        [
            .. prefix, "dotnet", Path.Combine(AppContext.BaseDirectory, "Convo.Tests.dll"),
            "--explicit", "only", "--filter-method", $"{typeof(ServingConvoHost).FullName}.{nameof(ServingConvoHost.Serve)}",
            "--show-live-output", "on", "--results-directory", Path.Combine(directory, "results"),
        ];
        var start = new ProcessStartInfo(command[0], command[1..])
        {
            UseShellExecute = false,
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment[DirectoryVariable] = directory;
        start.Environment["TESTINGPLATFORM_TELEMETRY_OPTOUT"] = "1";
        start.Environment["HOME"] = directory;
        var process = Process.Start(start)!;
        var seen = new List<string>();
        while (await process.StandardOutput.ReadLineAsync(TestContext.Current.CancellationToken) is { } line)
        {
            seen.Add(line);
            if (line.IndexOf(Ready, StringComparison.Ordinal) is >= 0 and var at)
            {
                var parts = line[(at + Ready.Length)..].Split('|');
                return new ServingConvo(process, parts[0], parts[1].Trim());
            }
        }

        throw new InvalidOperationException("The serving process ended: " + string.Join('\n', seen) + await process.StandardError.ReadToEndAsync());
    }

    /// <summary>As the kernel's out-of-memory killer or a power cut would: no handler runs.</summary>
    public async Task KillAsync()
    {
        _process.Kill();
        await _process.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        // The end of its input lets it stop as a SIGTERM would, PostgreSQL included.
        _process.StandardInput.Close();
        await _process.WaitForExitAsync();
        _process.Dispose();
    }
}

public sealed class ServingConvoHost
{
    [Fact(Explicit = true)]
    public async Task Serve()
    {
        var options = new ConvoDataOptions { DataDirectory = Environment.GetEnvironmentVariable(ServingConvo.DirectoryVariable)! };
        await using var services = await EmbeddedServices.StartAsync(options, NullLoggerFactory.Instance, CancellationToken.None);
        TestContext.Current.TestOutputHelper!.WriteLine($"{ServingConvo.Ready}{services.DatabaseConnectionString}|{services.RedisConnectionString}");
        // Until the other end closes or kills this process.
        using var input = new StreamReader(Console.OpenStandardInput());
        await input.ReadToEndAsync(TestContext.Current.CancellationToken);
    }
}
