using Convo.Core.Shared;

namespace Convo.Data.Embedded;

/// <summary>
/// The account PostgreSQL's programs run under: this process's own, or, because PostgreSQL refuses root, the owner of the cluster
/// (at first the system user <c>postgres</c>).
/// </summary>
internal sealed class PostgresAccount
{
    private const string SystemUser = "postgres";
    private readonly string[] _prefix;
    private readonly string? _owner;

    private PostgresAccount(string? owner, string[] prefix)
    {
        _owner = owner;
        _prefix = prefix;
    }

    /// <param name="folder">Convo's data folder; the account must be able to pass through it.</param>
    /// <param name="cluster">The cluster's folder, when there is one already.</param>
    /// <exception cref="ConvoStartupException">There is no account to use, or a folder shuts it out.</exception>
    public static async Task<PostgresAccount> ChooseAsync(string folder, string? cluster, CancellationToken cancellationToken)
    {
        if (!Environment.IsPrivilegedProcess)
        {
            return new PostgresAccount(null, []);
        }

        var owner = cluster is null ? "0:0" : (await ChildProcess.RunAsync(["stat", "-c", "%u:%g", cluster], cancellationToken).ConfigureAwait(false)).Output;
        if (owner.StartsWith("0:", StringComparison.Ordinal))
        {
            owner = await SystemUserAsync(cancellationToken).ConfigureAwait(false);
        }

        var ids = owner.Split(':');
        string[] drop = ["setpriv", $"--reuid={ids[0]}", $"--regid={ids[1]}", "--clear-groups"];
        if (await CanPassAsync(drop, folder, cancellationToken).ConfigureAwait(false))
        {
            return new PostgresAccount(owner, drop);
        }

        // Somebody else's folder is closed (/root is, by default). Opening it is not ours to do; one capability lets PostgreSQL pass.
        // It may then read any file, which its superuser, who is Convo and therefore root here, may do anyway.
        string[] passing = [.. drop, "--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search"];
        return await CanPassAsync(passing, folder, cancellationToken).ConfigureAwait(false)
            ? new PostgresAccount(owner, passing)
            : throw await ShutOutAsync(drop, folder, cancellationToken).ConfigureAwait(false);
    }

    public Task<ChildResult> RunAsync(IEnumerable<string> command, CancellationToken cancellationToken) =>
        ChildProcess.RunAsync([.. _prefix, .. command], cancellationToken);

    /// <summary>Gives the account a file or folder that this process made.</summary>
    public async Task TakeOverAsync(string path, CancellationToken cancellationToken)
    {
        if (_owner is not null)
        {
            var result = await ChildProcess.RunAsync(["chown", _owner, path], cancellationToken).ConfigureAwait(false);
            if (!result.Ok)
            {
                throw new ConvoStartupException($"The folder of the embedded database could not be given to its account: {result.Output} Choose another {ConvoDataOptions.DataDirectoryKey}.");
            }
        }
    }

    private static async Task<string> SystemUserAsync(CancellationToken cancellationToken)
    {
        var uid = await ChildProcess.RunAsync(["id", "-u", SystemUser], cancellationToken).ConfigureAwait(false);
        var gid = await ChildProcess.RunAsync(["id", "-g", SystemUser], cancellationToken).ConfigureAwait(false);
        return uid.Ok && gid.Ok
            ? $"{uid.Output}:{gid.Output}"
            : throw new ConvoStartupException($"Convo runs as root, PostgreSQL does not run as root, and there is no system user '{SystemUser}' to run it as. Start Convo as an ordinary user, create that user, or set {ConvoDataOptions.DatabaseUrlKey}.");
    }

    private static async Task<bool> CanPassAsync(string[] prefix, string folder, CancellationToken cancellationToken) =>
        (await ChildProcess.RunAsync([.. prefix, "stat", "-c", "%a", Path.Combine(folder, ".")], cancellationToken).ConfigureAwait(false)).Ok;

    private static async Task<ConvoStartupException> ShutOutAsync(string[] prefix, string folder, CancellationToken cancellationToken)
    {
        var ancestors = new List<string>();
        for (var at = new DirectoryInfo(folder); at is not null; at = at.Parent)
        {
            ancestors.Insert(0, at.FullName);
        }

        var blocking = folder;
        foreach (var ancestor in ancestors)
        {
            if (!await CanPassAsync(prefix, ancestor, cancellationToken).ConfigureAwait(false))
            {
                blocking = ancestor;
                break;
            }
        }

        return new ConvoStartupException($"PostgreSQL runs as the user '{SystemUser}' because Convo is started as root, and that user may not pass through {blocking}. "
            + $"Set {ConvoDataOptions.DataDirectoryKey} to a folder outside it, such as /var/lib/convo, or start Convo as an ordinary user.");
    }
}
