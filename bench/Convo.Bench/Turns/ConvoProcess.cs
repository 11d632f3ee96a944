using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Convo.Bench.Turns;

/// <summary>Convo as scripts/run.sh starts it, with a provider of ours and a data folder of its own.</summary>
internal sealed class ConvoProcess : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _folder;

    private ConvoProcess(Process process, string folder, Uri address)
    {
        (_process, _folder, Address) = (process, folder, address);
    }

    public Uri Address { get; }

    public static string ApiKey => "bench-administrator-key-0123456789abcdef";

    public static async Task<ConvoProcess> StartAsync(int providerPort, BenchOptions options, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("convo-bench-").FullName;
        var address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{FreePort()}"));
        var program = ProgramFolder();
        var start = new ProcessStartInfo("dotnet", [Path.Combine(program, "Convo.Web.dll")]) { UseShellExecute = false, RedirectStandardOutput = true, WorkingDirectory = program };
        foreach (var (name, value) in new Dictionary<string, string>
        {
            ["ASPNETCORE_URLS"] = address.ToString(),
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["CONVO_DATA_DIR"] = folder,
            ["DATABASE_URL"] = options.Text("database-url", ""),
            ["REDIS_URL"] = options.Text("redis-url", ""),
            ["OPENAI_API_KEY"] = "bench",
            ["OPENAI_BASE_URL"] = string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{providerPort}/v1"),
            ["OPENAI_MODELS"] = "bench",
            ["CONVO_DISCOVER_MODELS"] = "false",
            ["CONVO_ADMIN_EMAIL"] = "bench@example.org",
            ["CONVO_ADMIN_PASSWORD"] = "a password of the bench",
            ["CONVO_ADMIN_API_KEY"] = "bench-administrator-key-0123456789abcdef",
            ["DAILY_TOKEN_BUDGET"] = "1000000000000",
            ["Convo__RateLimits__RequestsPerMinute"] = "10000000",
            ["Logging__LogLevel__Default"] = "Warning",
        })
        {
            start.Environment[name] = value;
        }

        var process = Process.Start(start)!;
        // Read, or a full pipe would stop it.
        process.OutputDataReceived += (_, line) => Console.Error.WriteLine(line.Data);
        process.BeginOutputReadLine();
        var convo = new ConvoProcess(process, folder, address);
        await convo.WaitUntilReadyAsync(cancellationToken);
        return convo;
    }

    public long ResidentBytes()
    {
        _process.Refresh();
        return _process.WorkingSet64;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            // As a service manager stops it, so that its embedded database stops as well.
            using var term = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
            await term.WaitForExitAsync();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    internal static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }

    private static string ProgramFolder()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "Convo.Web", "bin", "Release", "net10.0");
            if (File.Exists(Path.Combine(candidate, "Convo.Web.dll")))
            {
                return candidate;
            }
        }

        throw new InvalidOperationException("Build Convo.Web in Release first: dotnet build Convo.sln -c Release.");
    }

    private async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        using var client = new HttpClient { BaseAddress = Address };
        while (!_process.HasExited)
        {
            await Task.Delay(200, cancellationToken);
            try
            {
                using var ready = await client.GetAsync("/health/ready", cancellationToken);
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

        throw new InvalidOperationException("Convo did not start.");
    }
}
