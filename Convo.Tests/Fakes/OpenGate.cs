using System.Collections.Concurrent;
using Convo.Core.Accounts;
using Convo.Core.Knowledge;
using Convo.Core.Shared;
using Convo.Core.Usage;

namespace Convo.Tests.Fakes;

/// <summary>A budget that admits everything, unless told to refuse, and remembers what it was asked.</summary>
internal sealed class OpenGate : IBudgetGate, IUsageReader, IUsageRecorder
{
    public ConcurrentQueue<HoldRequest> Holds { get; } = new();
    public ConcurrentQueue<LedgerEntry> Settled { get; } = new();
    public ConcurrentQueue<Guid> Released { get; } = new();
    public ConvoException? Refusal { get; set; }

    public Task<Hold> ReserveAsync(Caller caller, HoldRequest request, CancellationToken cancellationToken)
    {
        if (Refusal is not null)
        {
            throw Refusal;
        }

        Holds.Enqueue(request);
        return Task.FromResult(new Hold(request.TurnId, request.OutputTokens, TimeProvider.System.GetUtcNow()));
    }

    public Task SettleAsync(LedgerEntry entry, CancellationToken cancellationToken)
    {
        Settled.Enqueue(entry);
        return Task.CompletedTask;
    }

    public Task ReleaseAsync(Guid turnId, CancellationToken cancellationToken)
    {
        Released.Enqueue(turnId);
        return Task.CompletedTask;
    }

    public Task RecordAsync(LedgerEntry entry, CancellationToken cancellationToken) => SettleAsync(entry, cancellationToken);

    public Task RenewAsync(Guid turnId, CancellationToken cancellationToken) => Task.CompletedTask;

    public Task<IReadOnlyList<BudgetState>> BudgetsAsync(Caller caller, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<BudgetState>>([]);

    public Task<IReadOnlyList<UsageRow>> UsageAsync(Caller caller, UsageQuery query, CancellationToken cancellationToken) => Task.FromResult<IReadOnlyList<UsageRow>>([]);
}

internal sealed class NothingToRetrieve : IRetriever
{
    public Task<Retrieval> RetrieveAsync(Caller caller, RetrievalQuery query, CancellationToken cancellationToken) => Task.FromResult(Retrieval.None);

    public Task<int> MaxTokensAsync(Caller caller, RetrievalScope scope, CancellationToken cancellationToken) => Task.FromResult(0);
}

internal sealed class NoPictures : IMessagePictures
{
    public Task<int> CountAsync(Guid personId, IReadOnlyList<Guid> attachmentIds, CancellationToken cancellationToken) => Task.FromResult(0);

    public Task<IReadOnlyDictionary<Guid, MessagePicture>> LoadAsync(Guid personId, IReadOnlyList<Guid> attachmentIds, CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyDictionary<Guid, MessagePicture>>(new Dictionary<Guid, MessagePicture>());
}

internal sealed class AsAsked : IQuestionRewriter
{
    public Task<string> RewriteAsync(FollowUpQuestion question, CancellationToken cancellationToken) => Task.FromResult(question.Path[^1].Content);
}

internal sealed class NoCitations : ICitationBuilder
{
    public IReadOnlyList<Citation> Build(string answer, Retrieval retrieval) => [];
}
