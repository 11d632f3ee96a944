using Convo.Core.Accounts;

namespace Convo.Data.Accounts;

internal sealed class PgKeyRingStore(Db db) : IKeyRingStore
{
    private const string SelectAll = "SELECT xml FROM data_protection_keys ORDER BY name";

    public Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken) => db.QueryAsync<string>(SelectAll, null, cancellationToken);

    private const string Insert = """
        INSERT INTO data_protection_keys (name, xml)
        VALUES (@name, @xml)
        ON CONFLICT (name) DO NOTHING
        """;

    public Task AddAsync(string name, string xml, CancellationToken cancellationToken) => db.ExecuteAsync(Insert, new { name, xml }, cancellationToken);
}
