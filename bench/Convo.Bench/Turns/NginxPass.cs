using System.Diagnostics;
using System.Globalization;
using System.Net.Sockets;

namespace Convo.Bench.Turns;

/// <summary>nginx that only passes the provider's stream on: what any proxy costs on this machine.</summary>
internal sealed class NginxPass : IAsyncDisposable
{
    private readonly Process _process;
    private readonly string _folder;

    private NginxPass(Process process, string folder, int port) => (_process, _folder, Port) = (process, folder, port);

    public int Port { get; }

    public static async Task<NginxPass> StartAsync(int providerPort, CancellationToken cancellationToken)
    {
        var folder = Directory.CreateTempSubdirectory("convo-bench-nginx-").FullName;
        var port = ConvoProcess.FreePort();
        var temporary = string.Join('\n', new[] { "client_body", "proxy", "fastcgi", "uwsgi", "scgi" }.Select(name => $"  {name}_temp_path {folder}/{name};"));
        var file = Path.Combine(folder, "nginx.conf");
        await File.WriteAllTextAsync(
            file,
            string.Create(CultureInfo.InvariantCulture, $$"""
            worker_processes auto;
            worker_rlimit_nofile 16384;
            pid {{folder}}/nginx.pid;
            daemon off;
            events { worker_connections 8192; }
            http {
              access_log off;
            {{temporary}}
              upstream provider { server 127.0.0.1:{{providerPort}}; keepalive 256; }
              server {
                listen 127.0.0.1:{{port}};
                location / {
                  proxy_pass http://provider;
                  proxy_http_version 1.1;
                  proxy_set_header Connection "";
                  proxy_buffering off;
                }
              }
            }
            """),
            cancellationToken);
        var nginx = new NginxPass(Process.Start(new ProcessStartInfo("nginx", ["-p", folder, "-c", file, "-e", Path.Combine(folder, "error.log")]) { UseShellExecute = false })!, folder, port);
        await nginx.WaitUntilReadyAsync(cancellationToken);
        return nginx;
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            // The master ends its workers.
            using var term = Process.Start("kill", ["-TERM", _process.Id.ToString(CultureInfo.InvariantCulture)]);
            await term.WaitForExitAsync();
            await _process.WaitForExitAsync();
        }

        _process.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private async Task WaitUntilReadyAsync(CancellationToken cancellationToken)
    {
        while (!_process.HasExited)
        {
            await Task.Delay(50, cancellationToken);
            using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            try
            {
                await socket.ConnectAsync("127.0.0.1", Port, cancellationToken);
                return;
            }
            catch (SocketException)
            {
                // It does not listen yet.
            }
        }

        throw new InvalidOperationException("nginx did not start. It has to be on the PATH (apt-get install nginx).");
    }
}
