namespace Convo.Core.Accounts;

/// <summary>Keeps the keys that sign cookies where all nodes find them. They are never deleted: an old key still reads old cookies.</summary>
public interface IKeyRingStore
{
    /// <summary>Every key as XML.</summary>
    Task<IReadOnlyList<string>> ListAsync(CancellationToken cancellationToken);

    Task AddAsync(string name, string xml, CancellationToken cancellationToken);
}
