using System.Runtime.Versioning;
using System.Globalization;
using System.Text.Json;
using Convo.Core.Shared;

namespace Convo.Data.Embedded;

/// <summary>
/// Convo's data folder, held by this process alone: a second Convo on the same folder would start a second server on the same files.
/// The lock is the kernel's (flock), so it ends with the process however that ends.
/// </summary>
[SupportedOSPlatform("linux")]
internal sealed class DataDirectory : IDisposable
{
    /// <summary>EWOULDBLOCK on Linux: .NET gives the errno of a refused flock as the HResult.</summary>
    private const int WouldBlock = 11;

    private readonly FileStream _lock;

    private DataDirectory(string path, FileStream @lock)
    {
        Path = path;
        _lock = @lock;
    }

    public string Path { get; }

    public string PostgresPath => System.IO.Path.Combine(Path, "postgres");

    public string GarnetPath => System.IO.Path.Combine(Path, "garnet");

    private string SecretsPath => System.IO.Path.Combine(Path, "embedded.json");

    /// <exception cref="ConvoStartupException">The folder cannot be made or written, or another Convo uses it.</exception>
    public static DataDirectory Open(string path)
    {
        try
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
            if (Environment.IsPrivilegedProcess)
            {
                // As root PostgreSQL runs under another account, which has to pass through this folder but cannot list it.
                // Rights are only added: the folder may be one that others use too.
                File.SetUnixFileMode(path, File.GetUnixFileMode(path) | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute);
            }

            return new DataDirectory(path, Lock(path));
        }
        catch (Exception e) when (e is UnauthorizedAccessException or IOException)
        {
            throw new ConvoStartupException($"Convo cannot write to its data folder {path}: {e.Message} Give this user the folder, or set {ConvoDataOptions.DataDirectoryKey} to another one.", e);
        }
    }

    public EmbeddedSecrets LoadSecrets()
    {
        if (!File.Exists(SecretsPath))
        {
            return Directory.Exists(PostgresPath)
                ? throw new ConvoStartupException($"{SecretsPath} is missing. It holds the password of the embedded database beside it; put it back from a backup.")
                : EmbeddedSecrets.Create();
        }

        try
        {
            return JsonSerializer.Deserialize<EmbeddedSecrets>(File.ReadAllText(SecretsPath)) ?? throw new JsonException("It is empty.");
        }
        catch (JsonException e)
        {
            throw new ConvoStartupException($"{SecretsPath} cannot be read: {e.Message} It holds the passwords of the embedded database; put it back from a backup.", e);
        }
    }

    /// <summary>Written beside and renamed, so that a crash leaves the old file or the new one.</summary>
    public void Save(EmbeddedSecrets secrets)
    {
        var draft = SecretsPath + ".new";
        var options = new FileStreamOptions
        {
            Mode = FileMode.Create,
            Access = FileAccess.Write,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        using (var file = new FileStream(draft, options))
        {
            JsonSerializer.Serialize(file, secrets);
            file.Flush(flushToDisk: true);
        }

        File.Move(draft, SecretsPath, overwrite: true);
    }

    public void Dispose() => _lock.Dispose();

    private static FileStream Lock(string path)
    {
        // The number is kept in a file of its own: the locked one cannot be opened by the process that wants to name the holder.
        var holder = System.IO.Path.Combine(path, "convo.pid");
        try
        {
            var file = new FileStream(System.IO.Path.Combine(path, "convo.lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            File.WriteAllText(holder, Environment.ProcessId.ToString(CultureInfo.InvariantCulture));
            return file;
        }
        catch (IOException e) when (e.HResult is WouldBlock)
        {
            var who = File.Exists(holder) ? $" (process {File.ReadAllText(holder).Trim()})" : "";
            throw new ConvoStartupException($"Another Convo{who} is running on the data folder {path}. Stop it first, or set {ConvoDataOptions.DataDirectoryKey} to another folder.", e);
        }
    }
}
