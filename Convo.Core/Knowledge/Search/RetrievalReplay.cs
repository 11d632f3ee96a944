using Convo.Core.Accounts;
using Convo.Core.Shared;
using Convo.Core.Turns;
using Microsoft.Extensions.Options;

namespace Convo.Core.Knowledge;

internal sealed class RetrievalReplay(
    IRetrievalRecords records, IRetriever retriever, ISearchIndex index, IOptions<OrganisationOptions> organisation, TimeProvider time) : IRetrievalReplay
{
    private const double MaxWeight = 10;
    private const int MaxQuestion = 8_000;

    public async Task<Retrieval?> GetAsync(Caller caller, Guid messageId, string? reason, CancellationToken cancellationToken)
    {
        var record = await FindAsync(caller, messageId, "retrieval.viewed", reason, cancellationToken).ConfigureAwait(false);
        return record.Retrieval is { } retrieval ? await WithReadableWordsAsync(caller, retrieval, cancellationToken).ConfigureAwait(false) : null;
    }

    public async Task<Retrieval> ReplayAsync(Caller caller, Guid messageId, ReplayRequest request, CancellationToken cancellationToken)
    {
        Check(request);
        var record = await FindAsync(caller, messageId, "retrieval.replayed", request.Reason, cancellationToken).ConfigureAwait(false);
        var owner = new Caller(record.OwnerId, Role.Member, record.OwnerTeamId);
        var scope = record.Retrieval?.Scope ?? new RetrievalScope(record.ThreadId, [], record.CollectionIds);
        var question = request.Question ?? (record.Retrieval is { Query.Length: > 0 } searched ? searched.Query : record.Question);
        var found = await retriever.RetrieveAsync(owner, Query(request, question, scope), cancellationToken).ConfigureAwait(false);
        return await WithReadableWordsAsync(caller, found, cancellationToken).ConfigureAwait(false);
    }

    public async Task<Retrieval> TryAsync(Caller caller, ReplayRequest request, CancellationToken cancellationToken)
    {
        caller.RequireAdmin();
        Check(request);
        if (string.IsNullOrWhiteSpace(request.Question))
        {
            throw ConvoException.Invalid("question", "question is what to search for: write at least one word.");
        }

        return await retriever.RetrieveAsync(caller, Query(request, request.Question, RetrievalScope.Everything), cancellationToken).ConfigureAwait(false);
    }

    private static RetrievalQuery Query(ReplayRequest request, string question, RetrievalScope scope) =>
        new(question, scope, request.Limit, request.TokenBudget, request.Mode, request.Weights);

    private async Task<RetrievalRecord> FindAsync(Caller caller, Guid messageId, string action, string? reason, CancellationToken cancellationToken)
    {
        caller.RequireAdmin();
        var record = await records.FindAsync(messageId, cancellationToken).ConfigureAwait(false) ?? throw ConvoException.NotFound("answer");
        if (record.OwnerId != caller.UserId)
        {
            // What was asked and which files it found are the person's own, as much as the chat is.
            organisation.Value.RequireReading();
            var entry = new AuditEntry(time.NewId(), time.GetUtcNow(), caller.UserId, action, "message", messageId.ToString(), AuditReason.Require(reason));
            await records.AuditAsync(entry, cancellationToken).ConfigureAwait(false);
        }

        return record;
    }

    private async Task<Retrieval> WithReadableWordsAsync(Caller caller, Retrieval retrieval, CancellationToken cancellationToken)
    {
        var ids = retrieval.Passages.Concat(retrieval.CutPassages).Select(p => p.ChunkId).Distinct().ToList();
        var readable = (await index.LoadAsync(caller.UserId, ids, cancellationToken).ConfigureAwait(false)).ToDictionary(c => c.ChunkId);
        return retrieval with { Passages = [.. retrieval.Passages.Select(Show)], CutPassages = [.. retrieval.CutPassages.Select(Show)] };

        Passage Show(Passage passage) => readable.TryGetValue(passage.ChunkId, out var chunk)
            ? passage with { Text = chunk.Text, HeadingPath = chunk.HeadingPath }
            : passage with { Text = "", HeadingPath = null };
    }

    private static void Check(ReplayRequest request)
    {
        if (request.Weights is { } weights && !(weights is { Keyword: >= 0 and <= MaxWeight, Vector: >= 0 and <= MaxWeight } && weights.Keyword + weights.Vector > 0))
        {
            throw ConvoException.Invalid("weights", $"Each weight is 0 to {MaxWeight}, and one of them is above 0.");
        }

        if (request.Limit is < 1 or > 100)
        {
            throw ConvoException.Invalid("limit", "limit must be between 1 and 100.");
        }

        if (request.TokenBudget is < 1 or > 1_000_000)
        {
            throw ConvoException.Invalid("token_budget", "token_budget must be between 1 and 1000000.");
        }

        if (request.Question?.Length > MaxQuestion)
        {
            throw ConvoException.Invalid("question", $"A question has at most {MaxQuestion} characters.");
        }

        TurnValidation.CheckText(request.Question, "question");
    }
}
