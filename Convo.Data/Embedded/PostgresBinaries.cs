using System.Globalization;
using System.Text.RegularExpressions;
using Convo.Core.Shared;

namespace Convo.Data.Embedded;

/// <summary>An installed PostgreSQL that has pgvector. <see cref="Bin"/> is the folder of its programs.</summary>
internal sealed partial record PostgresBinaries(string Bin, int Major, Version PgVector)
{
    /// <summary>CVE-2026-3172 is fixed here: a parallel HNSW build could overflow.</summary>
    private static readonly Version SafeParallelBuild = new(0, 8, 2);

    public bool ParallelIndexBuildIsSafe => PgVector >= SafeParallelBuild;

    public string Program(string name) => Path.Combine(Bin, name);

    /// <param name="major">The version an existing cluster needs; null takes the newest.</param>
    /// <exception cref="ConvoStartupException">None is installed that fits.</exception>
    public static PostgresBinaries Find(int? major)
    {
        var installed = Candidates().Select(Inspect).OfType<PostgresBinaries>().DistinctBy(found => found.Bin).OrderByDescending(found => found.Major).ToList();
        return installed.FirstOrDefault(found => major is null || found.Major == major)
            ?? throw new ConvoStartupException(major is not null && installed.Count > 0
                ? $"The embedded database was made by PostgreSQL {major}, but only PostgreSQL {string.Join(", ", installed.Select(found => found.Major))} is installed with pgvector. "
                    + $"Install postgresql-{major} and its pgvector, or dump the data with the old version and load it into a new data folder."
                : "DATABASE_URL is not set, and no PostgreSQL with pgvector was found in PATH or /usr/lib/postgresql. "
                    + "Run scripts/setup.sh, which installs both, or set DATABASE_URL to a server that has them.");
    }

    private static IEnumerable<string> Candidates()
    {
        var fromPath = (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator, StringSplitOptions.RemoveEmptyEntries)
            .Where(folder => File.Exists(Path.Combine(folder, "initdb")));
        var fromDebian = Directory.Exists("/usr/lib/postgresql")
            ? Directory.EnumerateDirectories("/usr/lib/postgresql").Select(folder => Path.Combine(folder, "bin"))
            : [];
        return fromPath.Concat(fromDebian);
    }

    private static PostgresBinaries? Inspect(string folder)
    {
        // In PATH the programs are often links; the extension folder is found from where they really are.
        var initdb = new FileInfo(Path.Combine(folder, "initdb"));
        if (!initdb.Exists || !File.Exists(Path.Combine(folder, "postgres")) || !File.Exists(Path.Combine(folder, "pg_ctl")))
        {
            return null;
        }

        var bin = (initdb.ResolveLinkTarget(returnFinalTarget: true) ?? initdb).FullName is var real ? Path.GetDirectoryName(real)! : folder;
        var prefix = Path.GetDirectoryName(bin)!;
        string[] shares =
        [
            Path.Combine("/usr/share/postgresql", Path.GetFileName(prefix)),
            Path.Combine(prefix, "share", "postgresql"),
            Path.Combine(prefix, "share"),
        ];
        foreach (var share in shares)
        {
            var control = Path.Combine(share, "extension", "vector.control");
            if (File.Exists(control) && MajorOf(share) is { } major && ControlVersion().Match(File.ReadAllText(control)) is { Success: true } match)
            {
                return new PostgresBinaries(bin, major, Version.Parse(match.Groups[1].Value));
            }
        }

        return null;
    }

    /// <summary>The catalogue file of an installation says for which version it is: "# PostgreSQL 15".</summary>
    private static int? MajorOf(string share)
    {
        var catalogue = Path.Combine(share, "postgres.bki");
        if (!File.Exists(catalogue))
        {
            return null;
        }

        var match = CatalogueVersion().Match(File.ReadLines(catalogue).First());
        return match.Success ? int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture) : null;
    }

    [GeneratedRegex(@"default_version\s*=\s*'([0-9]+\.[0-9]+(?:\.[0-9]+)?)'", RegexOptions.NonBacktracking)]
    private static partial Regex ControlVersion();

    [GeneratedRegex(@"^# PostgreSQL ([0-9]+)", RegexOptions.NonBacktracking)]
    private static partial Regex CatalogueVersion();
}
