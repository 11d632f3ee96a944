using System.Runtime.CompilerServices;
using Convo.Core.Accounts;
using Convo.Core.Models;
using Convo.Core.Models.Middleware;
using Convo.Core.Shared;
using Convo.Core.Usage;
using Microsoft.Extensions.AI;
using Microsoft.Extensions.Options;

namespace Convo.Core.Turns.Completions;

/// <inheritdoc cref="ICompletionService"/>
internal sealed class CompletionService(
    IChatClients clients, IModelCatalogue catalogue, HeldUse held, ThreadCompletion inThread, TurnDrain drain, ITokenCounter counter, IOptions<TurnOptions> options, TimeProvider time)
    : ICompletionService
{
    public async IAsyncEnumerable<CompletionUpdate> StreamAsync(
        Caller caller, CompletionRequest request, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        drain.EnsureAccepting();
        var model = CompletionRules.Model(catalogue, caller, request.Model);
        CompletionRules.Check(request, model);
        var call = new CompletionCall(caller, time.NewId(), model, Math.Min(Estimate(request), model.ContextWindow));
        var output = OutputFor(request, call);
        var hold = await held.ReserveAsync(
            caller,
            new HoldRequest(call.Id, call.InputTokens, output, Math.Min(options.Value.MinimumOutputTokens, output), model.Prices),
            cancellationToken).ConfigureAwait(false);

        using var finished = new CancellationTokenSource();
        var keeping = held.KeepAsync(call.Id, finished.Token);
        try
        {
            yield return new CompletionStarted(call.Id, model.QualifiedId, hold.At);
            var client = clients.For(model, catalogue.FallbacksFor(caller, model));
            call.Called = true;
            var updates = client.GetStreamingResponseAsync(request.Messages, OptionsOf(request, model, hold), cancellationToken).GetAsyncEnumerator(cancellationToken);
            await using (updates.ConfigureAwait(false))
            {
                while (await NextAsync(updates, call).ConfigureAwait(false))
                {
                    call.Take(updates.Current);
                    if (updates.Current.Contents.OfType<ModelSwitched>().LastOrDefault() is { } switched)
                    {
                        call.Model = switched.Model;
                        yield return new CompletionSwitched(switched.Model.QualifiedId);
                    }

                    if (updates.Current.Text is { Length: > 0 } text)
                    {
                        yield return new CompletionDelta(text);
                    }
                }
            }

            await SettleAsync(call, hold).ConfigureAwait(false);
            yield return new CompletionEnded(call.FinishReason, call.Usage(counter)!);
        }
        finally
        {
            await finished.CancelAsync().ConfigureAwait(false);
            await keeping.ConfigureAwait(false);
            if (!call.Settled)
            {
                await SettleAsync(call, hold).ConfigureAwait(false);
            }
        }
    }

    public IAsyncEnumerable<CompletionUpdate> StreamInThreadAsync(
        Caller caller, Guid threadId, CompletionRequest request, string? idempotencyKey, CancellationToken cancellationToken)
    {
        var model = CompletionRules.Model(catalogue, caller, request.Model);
        CompletionRules.Check(request, model);
        return inThread.StreamAsync(
            caller,
            new SubmitMessage(
                threadId, CompletionRules.QuestionFor(request), Model: request.Model is null ? null : model.QualifiedId, Temperature: request.Temperature,
                MaxOutputTokens: request.MaxOutputTokens, IdempotencyKey: idempotencyKey),
            cancellationToken);
    }

    private static async ValueTask<bool> NextAsync(IAsyncEnumerator<ChatResponseUpdate> updates, CompletionCall call)
    {
        try
        {
            return await updates.MoveNextAsync().ConfigureAwait(false);
        }
        catch (Exception e) when (e is not OperationCanceledException)
        {
            call.Failed = true;
            throw;
        }
    }

    private async Task SettleAsync(CompletionCall call, Hold hold)
    {
        call.Settled = true;
        await held.EndAsync(call.Id, call.Usage(counter) is { } used ? call.Bill(used, hold.At) : null).ConfigureAwait(false);
    }

    private int Estimate(CompletionRequest request) => AnswerUsage.CountPrompt(counter, request.Messages)
        + ((request.ResponseFormat as ChatResponseFormatJson)?.Schema is { } schema ? counter.Count(schema.GetRawText()) : 0);

    /// <summary>What was asked for, as it is; else the default, as far as the window has room beside the prompt.</summary>
    private int OutputFor(CompletionRequest request, CompletionCall call)
    {
        var room = Math.Max(1, call.Model.ContextWindow - call.InputTokens);
        return Math.Min(request.MaxOutputTokens ?? Math.Min(options.Value.DefaultMaxOutputTokens, room), call.Model.MaxOutputTokens);
    }

    private static ChatOptions OptionsOf(CompletionRequest request, ModelInfo model, Hold hold) => new()
    {
        ModelId = model.Id,
        MaxOutputTokens = hold.OutputTokens,
        Temperature = (float?)request.Temperature,
        TopP = (float?)request.TopP,
        FrequencyPenalty = (float?)request.FrequencyPenalty,
        PresencePenalty = (float?)request.PresencePenalty,
        Seed = request.Seed,
        StopSequences = request.Stop.Count > 0 ? [.. request.Stop] : null,
        ResponseFormat = request.ResponseFormat,
        // The name under which the OpenAI adapter looks for it.
        AdditionalProperties = request.StrictSchema ? new() { ["strict"] = true } : null,
    };
}
