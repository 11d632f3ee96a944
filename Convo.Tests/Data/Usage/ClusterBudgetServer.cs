using System.Diagnostics;
using System.Globalization;
using Convo.Data.Embedded;

namespace Convo.Tests.Data.Usage;

/// <summary>Three masters of a Redis Cluster: keys that a script needs together must share a slot, or it is refused.</summary>
public sealed class ClusterBudgetServer : IBudgetServer, IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("convo-budget-cluster-").FullName;
    private readonly List<RedisProcess> _nodes = [];

    public string? ConnectionString { get; private set; }

    public string Absence => "redis-server or redis-cli is not installed; the same tests ran on one Garnet. Install redis-server.";

    public async ValueTask InitializeAsync()
    {
        if (RedisProcess.Find("redis-cli") is not { } cli)
        {
            return;
        }

        for (var i = 0; i < 3; i++)
        {
            var folder = Directory.CreateDirectory(Path.Combine(_folder, i.ToString(CultureInfo.InvariantCulture))).FullName;
            var bus = FreePort.Choose(0).ToString(CultureInfo.InvariantCulture);
            if (await RedisProcess.StartAsync("--cluster-enabled", "yes", "--dir", folder, "--cluster-port", bus, "--cluster-node-timeout", "60000") is not { } node)
            {
                return;
            }

            _nodes.Add(node);
        }

        // Shares the slots out, and returns when the nodes agree on that.
        using var create = Process.Start(new ProcessStartInfo(cli, ["--cluster", "create", .. _nodes.Select(node => node.Address), "--cluster-yes"])
        {
            RedirectStandardOutput = true,
            UseShellExecute = false,
        })!;
        var said = await create.StandardOutput.ReadToEndAsync();
        await create.WaitForExitAsync();
        Assert.True(create.ExitCode == 0 && said.Contains("All 16384 slots covered", StringComparison.Ordinal), said);
        foreach (var node in _nodes)
        {
            await ServesAsync(cli, node.Address);
        }

        ConnectionString = string.Join(',', _nodes.Select(node => node.Address));
    }

    /// <summary>A node that agrees with the others still refuses everything for a moment.</summary>
    private static async Task ServesAsync(string cli, string address)
    {
        using var round = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        string said;
        do
        {
            await round.WaitForNextTickAsync();
            using var info = Process.Start(new ProcessStartInfo(cli, ["-h", address.Split(':')[0], "-p", address.Split(':')[1], "cluster", "info"])
            {
                RedirectStandardOutput = true,
                UseShellExecute = false,
            })!;
            said = await info.StandardOutput.ReadToEndAsync();
            await info.WaitForExitAsync();
        }
        while (!said.Contains("cluster_state:ok", StringComparison.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var node in _nodes)
        {
            await node.DisposeAsync();
        }

        Directory.Delete(_folder, recursive: true);
    }
}
