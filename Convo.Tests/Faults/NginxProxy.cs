using System.Diagnostics;
using System.Globalization;
using System.Text.RegularExpressions;
using Convo.Data.Embedded;

namespace Convo.Tests.Faults;

/// <summary>A real nginx with <c>deploy/nginx.conf</c>; only addresses, and the folder it writes to, are this test's.</summary>
internal sealed partial class NginxProxy : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _folder;

    private NginxProxy(Process process, string folder, int port)
    {
        (_process, _folder) = (process, folder);
        Address = new Uri($"http://127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)}");
    }

    public Uri Address { get; }

    public static async Task<NginxProxy> StartAsync(IReadOnlyList<int> nodePorts)
    {
        var folder = Directory.CreateTempSubdirectory("convo-nginx-").FullName;
        var port = FreePort.Any();
        var configuration = Configure(await File.ReadAllTextAsync(ConfigurationFile()), nodePorts, port, folder);
        var file = Path.Combine(folder, "nginx.conf");
        await File.WriteAllTextAsync(file, configuration);
        var start = new ProcessStartInfo("nginx", ["-p", folder, "-c", file, "-e", Path.Combine(folder, "error.log"), "-g", $"daemon off; pid {folder}/nginx.pid;"])
        {
            UseShellExecute = false,
            RedirectStandardError = true,
        };
        var nginx = new NginxProxy(Process.Start(start)!, folder, port);
        await nginx.WaitUntilReadyAsync();
        return nginx;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            // The master ends its workers.
            using var quit = Process.Start("kill", _process.Id.ToString(CultureInfo.InvariantCulture));
            await quit.WaitForExitAsync();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static string Configure(string text, IReadOnlyList<int> nodePorts, int port, string folder)
    {
        Assert.Contains("listen 80;", text, StringComparison.Ordinal);
        text = text.Replace("listen 80;", $"listen 127.0.0.1:{port.ToString(CultureInfo.InvariantCulture)};", StringComparison.Ordinal)
            .Replace("worker_processes auto;", "worker_processes 1;", StringComparison.Ordinal);
        text = Node().Replace(text, node => $"server 127.0.0.1:{nodePorts[int.Parse(node.Groups[1].Value, CultureInfo.InvariantCulture) - 1].ToString(CultureInfo.InvariantCulture)}");
        // Where it may write without being root.
        var paths = string.Concat(new[] { "client_body", "proxy", "fastcgi", "uwsgi", "scgi" }.Select(name => $"  {name}_temp_path {folder}/{name};\n"));
        return text.Replace("http {\n", $"http {{\n{paths}  access_log off;\n", StringComparison.Ordinal);
    }

    private static string ConfigurationFile()
    {
        for (var folder = new DirectoryInfo(AppContext.BaseDirectory); folder is not null; folder = folder.Parent)
        {
            var candidate = Path.Combine(folder.FullName, "deploy", "nginx.conf");
            if (File.Exists(candidate))
            {
                return candidate;
            }
        }

        throw new InvalidOperationException("deploy/nginx.conf is not above the test program.");
    }

    private async Task WaitUntilReadyAsync()
    {
        using var client = new HttpClient { BaseAddress = Address };
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken))
        {
            Assert.False(_process.HasExited, $"nginx ended: {(_process.HasExited ? await _process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken) : "")}");
            try
            {
                using var live = await client.GetAsync("/health/live", TestContext.Current.CancellationToken);
                return;
            }
            catch (HttpRequestException)
            {
                // It does not listen yet.
            }
        }
    }

    [GeneratedRegex(@"server node-([0-9]):8080", RegexOptions.NonBacktracking)]
    private static partial Regex Node();
}
