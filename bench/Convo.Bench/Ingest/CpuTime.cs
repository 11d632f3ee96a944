using System.Globalization;

namespace Convo.Bench.Ingest;

/// <summary>
/// Processor seconds since it was made, of this process, of the children it waited for, and of PostgreSQL's processes. They hardly depend on what
/// else the machine does, where pages per second do (proc(5), at 100 ticks a second).
/// </summary>
internal sealed class CpuTime
{
    private const double Ticks = 100;

    private readonly int _postmaster;
    private readonly (double Own, double Children, double Postgres) _before;

    private CpuTime(int postmaster)
    {
        _postmaster = postmaster;
        _before = Now();
    }

    private const string PostmasterSql = "SELECT split_part(pg_read_file('postmaster.pid'), E'\\n', 1)::integer";

    public static async Task<CpuTime> StartAsync(KnowledgeHost host, CancellationToken cancellationToken) =>
        new(await host.Db.ScalarAsync<int>(PostmasterSql, null, cancellationToken));

    private string Postmaster => _postmaster.ToString(CultureInfo.InvariantCulture);

    /// <param name="pages">What the seconds are told for each of.</param>
    public string Say(int pages)
    {
        var (own, children, postgres) = Now();
        (own, children, postgres) = (own - _before.Own, children - _before.Children, postgres - _before.Postgres);
        return string.Create(CultureInfo.InvariantCulture,
            $"{(own + children + postgres) / pages * 1000:0} ms of processor time a page: {own / pages * 1000:0} here, {children / pages * 1000:0} in the children that read, {postgres / pages * 1000:0} in PostgreSQL");
    }

    private (double Own, double Children, double Postgres) Now()
    {
        var self = Fields(Environment.ProcessId)!;
        var postgres = Directory.EnumerateDirectories("/proc").Select(folder => int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id) ? id : 0)
            .Where(id => id > 0).Select(Fields).Where(fields => fields is [_, _, var parent, ..] && parent == Postmaster).Sum(fields => Sum(fields!, 14));
        return (Sum(self, 14), Sum(self, 16), postgres + Sum(Fields(_postmaster)!, 14) + Sum(Fields(_postmaster)!, 16));
    }

    /// <summary>Of a pair of counters, user and system, as proc(5) numbers them.</summary>
    private static double Sum(string[] fields, int number) =>
        (double.Parse(fields[number - 2], CultureInfo.InvariantCulture) + double.Parse(fields[number - 1], CultureInfo.InvariantCulture)) / Ticks;

    /// <summary>The name, then the fields from the third; null when the process is gone.</summary>
    private static string[]? Fields(int process)
    {
        try
        {
            var line = File.ReadAllText($"/proc/{process}/stat");
            var (open, close) = (line.IndexOf('('), line.LastIndexOf(')'));
            return [line[(open + 1)..close], .. line[(close + 2)..].Split(' ')];
        }
        catch (IOException)
        {
            return null;
        }
    }
}
