using Convo.Core.Accounts;
using Convo.Core.Models;

namespace Convo.Tests.Fakes;

/// <summary>What administrators changed, in memory; every change is announced to who listens.</summary>
internal sealed class MemoryModelStore : IModelStore, IModelSignals
{
    private readonly Dictionary<string, ModelOverride> _models = [];
    private readonly List<Action> _listeners = [];

    public List<AuditEntry> Audit { get; } = [];

    public Task<IReadOnlyList<ModelOverride>> LoadAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<ModelOverride>>([.. _models.Values]);

    public Task<IReadOnlyList<TeamName>> TeamsAsync(CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<TeamName>>([]);

    public Task SaveAsync(ModelOverride model, AuditEntry audit, CancellationToken cancellationToken)
    {
        _models[model.QualifiedId] = model;
        Audit.Add(audit);
        return Task.CompletedTask;
    }

    public Task<bool> DeleteAsync(string provider, string id, AuditEntry audit, CancellationToken cancellationToken)
    {
        Audit.Add(audit);
        return Task.FromResult(_models.Remove($"{provider}/{id}"));
    }

    public Task ReorderAsync(IReadOnlyList<(string Provider, string Id)> order, AuditEntry audit, CancellationToken cancellationToken)
    {
        Audit.Add(audit);
        foreach (var (place, (provider, id)) in order.Index())
        {
            _models[$"{provider}/{id}"] = (_models.GetValueOrDefault($"{provider}/{id}") ?? new ModelOverride(provider, id)) with { Position = place };
        }

        return Task.CompletedTask;
    }

    public Task AnnounceAsync(CancellationToken cancellationToken)
    {
        _listeners.ForEach(listener => listener());
        return Task.CompletedTask;
    }

    public Task<IAsyncDisposable> ListenAsync(Action changed, CancellationToken cancellationToken)
    {
        _listeners.Add(changed);
        return Task.FromResult<IAsyncDisposable>(new Listening());
    }

    private sealed class Listening : IAsyncDisposable
    {
        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
