using System.Collections.Concurrent;
using System.Text.RegularExpressions;

namespace Convo.Data;

/// <summary>A statement with its caller's name, composed once per call site so that Dapper's and PostgreSQL's caches keep hitting.</summary>
/// <param name="Repeatable">Running it twice has no other effect than once: it reads only, or its caller says so.</param>
internal sealed partial record Statement(string Text, bool Repeatable)
{
    private static readonly ConcurrentDictionary<(string Sql, string File, string Member), Statement> Known = new();

    public static Statement Of(string sql, string file, string member) => Known.GetOrAdd(
        (sql, file, member),
        static site => new Statement(
            $"/* {Path.GetFileNameWithoutExtension(site.File)}.{site.Member} */ {site.Sql}",
            Read().IsMatch(site.Sql) && !Write().IsMatch(site.Sql)));

    [GeneratedRegex(@"^\s*(SELECT|WITH|TABLE|VALUES)\b", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase)]
    private static partial Regex Read();

    // Data-changing CTEs, and functions called for their effect.
    [GeneratedRegex(@"\b(INSERT|UPDATE|DELETE|MERGE|nextval|setval|pg_advisory\w*|pg_try_advisory\w*|lo_\w+)\b", RegexOptions.NonBacktracking | RegexOptions.IgnoreCase)]
    private static partial Regex Write();
}
