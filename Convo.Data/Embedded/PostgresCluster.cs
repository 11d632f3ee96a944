using System.Runtime.Versioning;
using System.Globalization;
using Convo.Core.Shared;

namespace Convo.Data.Embedded;

/// <summary>PostgreSQL's own tools on one cluster folder: make it, start its server, stop it.</summary>
[SupportedOSPlatform("linux")]
internal sealed class PostgresCluster(string path, PostgresBinaries binaries, PostgresAccount account, bool disposable)
{
    public const string Role = "convo";

    /// <summary>Recovery after a crash may have to replay minutes of work before the server is ready.</summary>
    private const string StartPatience = "600";

    private const string StopPatience = "60";

    private string LogPath => Path.Combine(path, "server.log");

    private string PidPath => Path.Combine(path, "postmaster.pid");

    /// <summary>The major version of the cluster in <paramref name="path"/>, or null when there is none.</summary>
    public static int? MajorOf(string path)
    {
        var file = Path.Combine(path, "PG_VERSION");
        return File.Exists(file) ? int.Parse(File.ReadAllText(file).Trim(), CultureInfo.InvariantCulture) : null;
    }

    /// <summary>Made beside its final place and renamed, so that an interrupted initdb leaves nothing that looks like a cluster.</summary>
    public async Task InitializeAsync(string password, CancellationToken cancellationToken)
    {
        var draft = path + ".new";
        var passwordFile = path + ".pw";
        if (Directory.Exists(draft))
        {
            Directory.Delete(draft, recursive: true);
        }

        Directory.CreateDirectory(draft, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await account.TakeOverAsync(draft, cancellationToken).ConfigureAwait(false);
        try
        {
            await WritePrivateAsync(passwordFile, password, cancellationToken).ConfigureAwait(false);
            await account.TakeOverAsync(passwordFile, cancellationToken).ConfigureAwait(false);
            List<string> command =
            [
                binaries.Program("initdb"), "--pgdata", draft, "--username", Role, "--pwfile", passwordFile,
                "--auth", "scram-sha-256", "--encoding", "UTF8", "--locale", "C.UTF-8", "--data-checksums", "--no-instructions",
            ];
            if (disposable)
            {
                command.Add("--no-sync");
            }

            var result = await account.RunAsync(command, cancellationToken).ConfigureAwait(false);
            if (!result.Ok)
            {
                throw new ConvoStartupException($"The embedded database could not be created in {path}: {result.Output}");
            }
        }
        finally
        {
            File.Delete(passwordFile);
        }

        Directory.Move(draft, path);
    }

    /// <summary>Starts the server and waits until it takes connections.</summary>
    public async Task<ChildResult> StartAsync(int port, CancellationToken cancellationToken)
    {
        // The log of the last run is kept once; each start begins a new one, which is also what an error message quotes.
        if (File.Exists(LogPath))
        {
            File.Move(LogPath, LogPath + ".1", overwrite: true);
        }

        var result = await account.RunAsync(
            [binaries.Program("pg_ctl"), "start", "-D", path, "-w", "-t", StartPatience, "-s", "-l", LogPath, "-o", ServerOptions(port)],
            cancellationToken).ConfigureAwait(false);
        return result.Ok ? result : result with { Output = File.Exists(LogPath) ? await File.ReadAllTextAsync(LogPath, cancellationToken).ConfigureAwait(false) : result.Output };
    }

    /// <summary>Ends sessions and shuts down cleanly; when that takes over a minute, at once (the next start then recovers).</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        string[] stop = [binaries.Program("pg_ctl"), "stop", "-D", path, "-w", "-t", StopPatience, "-s", "-m"];
        var result = await account.RunAsync([.. stop, "fast"], cancellationToken).ConfigureAwait(false);
        if (!result.Ok && NamesRunningProcess())
        {
            result = await account.RunAsync([.. stop, "immediate"], cancellationToken).ConfigureAwait(false);
        }

        // pg_ctl also fails when the server is dead already, which is just as well: the next start recovers.
        if (!result.Ok && NamesRunningProcess())
        {
            throw new IOException($"The embedded PostgreSQL in {path} did not stop: {result.Output}");
        }
    }

    /// <summary>The process that the folder's pid file names, dead or alive.</summary>
    public int? ReadPid() => File.Exists(PidPath) && int.TryParse(File.ReadLines(PidPath).FirstOrDefault(), CultureInfo.InvariantCulture, out var pid) ? pid : null;

    /// <summary>The server of this folder that is running now, whoever started it; null when there is none.</summary>
    public async Task<int?> FindRunningAsync(CancellationToken cancellationToken)
    {
        if (ReadPid() is not { } pid)
        {
            return null;
        }

        // A number alone says little: after a reboot it may be anyone's. A postmaster's working folder is its data folder.
        var identity = await ChildProcess.RunAsync(["stat", "-L", "-c", "%d:%i", $"/proc/{pid}/cwd", path], cancellationToken).ConfigureAwait(false);
        return identity.Ok && identity.Output.Split('\n') is [var a, var b] && a == b ? pid : null;
    }

    /// <summary>Whether the server this process started still runs; a zombie does not.</summary>
    public static bool IsRunning(int pid)
    {
        try
        {
            // "pid (name) state …", proc(5); the name may itself hold a parenthesis.
            var line = File.ReadAllText($"/proc/{pid}/stat");
            return line[(line.LastIndexOf(')') + 2)..][0] is not ('Z' or 'X');
        }
        catch (IOException)
        {
            return false;
        }
    }

    /// <summary>Removes a pid file that names a stranger: PostgreSQL itself would take that process for a running server.</summary>
    public void ForgetStalePid() => File.Delete(PidPath);

    private bool NamesRunningProcess() => ReadPid() is { } pid && IsRunning(pid);

    /// <summary>
    /// An eighth of the memory that this machine or container has: a search reads thousands of passages that lie anywhere, and what must be
    /// fetched from the system's cache costs four times the comparison. It is taken as it is used.
    /// </summary>
    private string SharedBuffers => disposable
        ? "128MB"
        : string.Create(CultureInfo.InvariantCulture, $"{Math.Clamp(GC.GetGCMemoryInfo().TotalAvailableMemoryBytes >> 23, 128, 2048)}MB");

    private string ServerOptions(int port)
    {
        List<string> settings =
        [
            "listen_addresses=127.0.0.1",
            $"port={port}",
            // No socket file: its path is limited to 107 characters, and a data folder's may be longer.
            "unix_socket_directories=",
            "max_connections=" + (disposable ? "400" : "120"),
            "shared_buffers=" + SharedBuffers,
            "timezone=UTC",
            "log_timezone=UTC",
            "log_min_messages=warning",
            "log_checkpoints=off",
            "log_line_prefix=%m_[%p]_",
        ];
        if (disposable)
        {
            settings.AddRange(["fsync=off", "synchronous_commit=off", "full_page_writes=off"]);
        }

        if (!binaries.ParallelIndexBuildIsSafe)
        {
            settings.Add("max_parallel_maintenance_workers=0");
        }

        return string.Join(' ', settings.Select(setting => "-c " + setting));
    }

    private static async Task WritePrivateAsync(string file, string text, CancellationToken cancellationToken)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        var writer = new StreamWriter(file, options);
        await using (writer.ConfigureAwait(false))
        {
            await writer.WriteAsync(text.AsMemory(), cancellationToken).ConfigureAwait(false);
        }
    }
}
