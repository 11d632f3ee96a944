using System.Text;
using Convo.Core.Accounts;
using Convo.Core.Shared;
using Convo.Core.Turns.Completions;
using Microsoft.AspNetCore.Mvc;

namespace Convo.Web.Endpoints.OpenAI;

/// <summary><c>POST /v1/chat/completions</c>.</summary>
internal static class ChatEndpoint
{
    public const string ThreadHeader = "x-convo-thread-id";

    /// <summary>How long the first word is waited for: a failure before it still gets its own HTTP status.</summary>
    private static readonly TimeSpan StatusPatience = TimeSpan.FromSeconds(15);

    public static async Task<IResult> PostAsync(
        HttpRequest request, Caller caller, ICompletionService completions, ModelNames names, TimeProvider time, CancellationToken cancellationToken,
        [FromHeader(Name = ThreadHeader)] string? threadId = null, [FromHeader(Name = "Idempotency-Key")] string? idempotencyKey = null)
    {
        var chat = ChatRequestReader.Read(await JsonRequest.ReadAsync(request, cancellationToken));
        var updates = threadId is null
            ? completions.StreamAsync(caller, chat.Completion, cancellationToken)
            : completions.StreamInThreadAsync(caller, ThreadOf(threadId), chat.Completion, idempotencyKey, cancellationToken);
        return chat.Stream ? await StreamAsync(updates, chat, names, time, cancellationToken) : await WholeAsync(updates, names, cancellationToken);
    }

    private static Guid ThreadOf(string header) =>
        Guid.TryParse(header, out var id) ? id : throw ConvoException.Invalid(ThreadHeader, $"{ThreadHeader} must be the id of one of your threads.");

    private static async Task<IResult> WholeAsync(IAsyncEnumerable<CompletionUpdate> updates, ModelNames names, CancellationToken cancellationToken)
    {
        CompletionStarted? started = null;
        string? model = null;
        var text = new StringBuilder();
        await foreach (var update in updates.WithCancellation(cancellationToken))
        {
            switch (update)
            {
                case CompletionStarted s:
                    (started, model) = (s, s.Model);
                    break;
                case CompletionSwitched switched:
                    model = switched.Model;
                    break;
                case CompletionDelta delta:
                    text.Append(delta.Text);
                    break;
                case CompletionEnded ended:
                    return TypedResults.Ok(new ChatBody(
                        ModelNames.IdOf(started!.Id), "chat.completion", started.At.ToUnixTimeSeconds(), names.Of(model!),
                        [new ChoiceBody(0, new AnswerBody("assistant", text.ToString(), null), null, ended.FinishReason)],
                        UsageBody.Of(ended.Usage)));
            }
        }

        throw new InvalidOperationException("A completion ended without saying so.");
    }

    private static async Task<IResult> StreamAsync(
        IAsyncEnumerable<CompletionUpdate> updates, ChatRequest chat, ModelNames names, TimeProvider time, CancellationToken cancellationToken)
    {
        var reading = updates.GetAsyncEnumerator(cancellationToken);
        Task<bool>? next = null;
        try
        {
            await reading.MoveNextAsync();
            var started = (CompletionStarted)reading.Current;
            next = reading.MoveNextAsync().AsTask();
            await Task.WhenAny(next, Task.Delay(StatusPatience, time, cancellationToken));
            if (next.IsFaulted || next.IsCanceled)
            {
                await next;
            }

            return new ChatStream(reading, next, new ChunkWriter(names, started, chat.IncludeUsage), time);
        }
        catch
        {
            await (next?.ContinueWith(_ => { }, TaskScheduler.Default) ?? Task.CompletedTask);
            await reading.DisposeAsync();
            throw;
        }
    }
}
