using System.Text;
using Convo.Core.Accounts;
using Convo.Core.Conversations;
using Convo.Core.Models;
using Convo.Core.Usage;
using Microsoft.Extensions.AI;

namespace Convo.Core.Turns.Completions;

/// <summary>One call on its way: what was asked for, and what has come.</summary>
internal sealed class CompletionCall(Caller caller, Guid id, ModelInfo model, int inputTokens)
{
    private readonly StringBuilder _text = new();
    private readonly StringBuilder _reasoning = new();
    private UsageDetails? _told;

    public Guid Id { get; } = id;

    /// <summary>The one that answers, which may be another than the one that was asked for.</summary>
    public ModelInfo Model { get; set; } = model;

    public int InputTokens { get; } = inputTokens;

    /// <summary>Whether the provider was asked at all.</summary>
    public bool Called { get; set; }

    /// <summary>The provider failed, in its own way or ours.</summary>
    public bool Failed { get; set; }

    public bool Settled { get; set; }

    public string FinishReason { get; private set; } = ChatFinishReason.Stop.Value;

    public void Take(ChatResponseUpdate update)
    {
        _text.Append(update.Text);
        foreach (var content in update.Contents)
        {
            _told = content is UsageContent usage ? usage.Details : _told;
            _reasoning.Append((content as TextReasoningContent)?.Text);
        }

        FinishReason = update.FinishReason?.Value ?? FinishReason;
    }

    /// <summary>The provider's figures, else what was sent and delivered, counted here. Null when there is nothing to pay.</summary>
    public MessageUsage? Usage(ITokenCounter counter)
    {
        if (!Called || (Failed && _text.Length + _reasoning.Length == 0))
        {
            return null;
        }

        var reasoning = _told is null ? counter.Count(_reasoning.ToString()) : 0;
        var used = _told is { } details
            ? AnswerUsage.From(details)
            : new AnswerUsage(InputTokens, 0, counter.Count(_text.ToString()) + reasoning, reasoning, Estimated: true);
        return new MessageUsage(
            used.InputTokens, used.CachedInputTokens, used.OutputTokens, used.ReasoningTokens,
            Model.Prices?.CostOf(used.InputTokens, used.CachedInputTokens, used.OutputTokens), used.Estimated);
    }

    public LedgerEntry Bill(MessageUsage used, DateTimeOffset heldAt) => new(
        Id, caller.UserId, caller.TeamId, caller.ApiKeyId, null, null, UsageSource.Api, Model.Id, Model.Provider,
        used.InputTokens, used.CachedInputTokens, used.OutputTokens, used.ReasoningTokens, Model.Prices, used.Estimated, heldAt);
}
