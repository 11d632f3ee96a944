using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Runtime.InteropServices;
using Convo.Data.Embedded;

namespace Convo.Tests.Faults;

/// <summary>Convo as it is deployed: a process of its own, which can be killed, paused and told to stop. Its port stays the same over restarts.</summary>
internal sealed class ConvoNode : IAsyncDisposable
{
    private const int LinesKept = 400;
    private readonly IReadOnlyDictionary<string, string> _settings;
    private readonly ConcurrentQueue<string> _lines = new();
    private Process? _process;

    private ConvoNode(string name, string apiKey, IReadOnlyDictionary<string, string> settings)
    {
        Name = name;
        Port = FreePort.Any();
        Address = new Uri($"http://127.0.0.1:{Port.ToString(CultureInfo.InvariantCulture)}");
        _settings = settings;
        Client = new HttpClient(new SocketsHttpHandler { PooledConnectionIdleTimeout = TimeSpan.FromSeconds(2) }) { BaseAddress = Address, Timeout = TimeSpan.FromMinutes(3) };
        Client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", apiKey);
    }

    public string Name { get; }

    public int Port { get; }

    public Uri Address { get; }

    /// <summary>A program with the administrator's key.</summary>
    public HttpClient Client { get; }

    /// <summary>The last lines that it wrote.</summary>
    public IReadOnlyCollection<string> Lines => _lines;

    public static async Task<ConvoNode> StartAsync(string name, string apiKey, IReadOnlyDictionary<string, string> settings)
    {
        var node = new ConvoNode(name, apiKey, settings);
        await node.StartAsync();
        return node;
    }

    /// <summary>Starts it (again) and waits until it is ready.</summary>
    public async Task StartAsync()
    {
        var start = new ProcessStartInfo("dotnet", [Path.Combine(ProgramFolder(), "Convo.Web.dll")])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = ProgramFolder(),
        };
        foreach (var (key, value) in _settings)
        {
            start.Environment[key] = value;
        }

        start.Environment["ASPNETCORE_URLS"] = Address.ToString();
        // One heap a process: several nodes share this machine.
        start.Environment["DOTNET_gcServer"] = "0";
        var process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Keep(line.Data);
        process.ErrorDataReceived += (_, line) => Keep(line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        _process = process;
        await WaitUntilReadyAsync(process);
    }

    /// <summary>As the kernel's out-of-memory killer or a power cut would: no handler runs.</summary>
    public async Task KillAsync()
    {
        if (_process is { } process)
        {
            process.Kill();
            await process.WaitForExitAsync();
        }
    }

    /// <summary>SIGTERM, as a deployment does.</summary>
    public void Terminate() => Signal(SigTerm);

    public void Pause() => Signal(SigStop);

    public void Resume() => Signal(SigCont);

    public async Task<int> ExitCodeAsync(TimeSpan patience)
    {
        await _process!.WaitForExitAsync(TestContext.Current.CancellationToken).WaitAsync(patience, TestContext.Current.CancellationToken);
        return _process.ExitCode;
    }

    public bool IsRunning => _process is { HasExited: false };

    public long WorkingSet
    {
        get
        {
            _process!.Refresh();
            return _process.WorkingSet64;
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (_process is { HasExited: false })
        {
            Signal(SigCont);
            await KillAsync();
        }

        _process?.Dispose();
        Client.Dispose();
    }

    /// <summary>Where the build put the program, as an operator starts it: with its static files beside it.</summary>
    private static string ProgramFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var flavour = AppContext.BaseDirectory.Contains($"{Path.DirectorySeparatorChar}Debug{Path.DirectorySeparatorChar}", StringComparison.Ordinal) ? "Debug" : "Release";
            var candidate = Path.Combine(folder.FullName, "Convo.Web", "bin", flavour, "net10.0");
            if (File.Exists(Path.Combine(candidate, "Convo.Web.dll")))
            {
                return candidate;
            }
        }

        throw new InvalidOperationException("Convo.Web is not built. Build the solution first.");
    }

    private async Task WaitUntilReadyAsync(Process process)
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(TestContext.Current.CancellationToken);
        patience.CancelAfter(TimeSpan.FromSeconds(90));
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (await timer.WaitForNextTickAsync(patience.Token))
        {
            Assert.False(process.HasExited, $"{Name} ended at its start:\n{string.Join('\n', Lines)}");
            try
            {
                using var ready = await Client.GetAsync("/health/ready", patience.Token);
                if (ready.IsSuccessStatusCode)
                {
                    return;
                }
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }
        }
    }

    private void Keep(string? line)
    {
        // Messages, not stacks.
        if (line is null || line.TrimStart() is ['a', 't', ' ', ..] or ['-', '-', '-', ..])
        {
            return;
        }

        _lines.Enqueue(line);
        while (_lines.Count > LinesKept)
        {
            _lines.TryDequeue(out _);
        }
    }

    private void Signal(int signal) => Assert.Equal(0, Kill(_process!.Id, signal));

    private const int SigTerm = 15;
    private const int SigCont = 18;
    private const int SigStop = 19;

    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    private static extern int Kill(int pid, int signal);
}
