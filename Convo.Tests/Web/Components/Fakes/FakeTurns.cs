using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Convo.Core.Accounts;
using Convo.Core.Conversations;
using Convo.Core.Shared;
using Convo.Core.Turns;

namespace Convo.Tests.Web.Components.Fakes;

/// <summary>Turns whose events a test writes itself. A reader gets every event of the log, whenever it comes.</summary>
internal sealed class FakeTurns(FakeConversations conversations, TimeProvider time) : ITurnService, ITurnReader
{
    private readonly ConcurrentDictionary<Guid, FakeLog> _logs = new();

    public List<SubmitMessage> Submitted { get; } = [];

    public List<Guid> Stopped { get; } = [];

    /// <summary>What the next submission is refused with.</summary>
    public ConvoException? Refusal { get; set; }

    /// <summary>Runs while a submission is on its way.</summary>
    public Func<Task>? Accepting { get; set; }

    public FakeLog LogOf(Guid messageId) => _logs.GetOrAdd(messageId, _ => new FakeLog());

    public async Task<AcceptedTurn> SubmitAsync(Caller caller, SubmitMessage request, CancellationToken cancellationToken)
    {
        if (Accepting is { } meanwhile) await meanwhile();
        if (Refusal is { } refusal) throw refusal;
        Submitted.Add(request);
        var thread = request.ThreadId ?? conversations.AddThread(caller, null).Id;
        var user = conversations.AddMessage(thread, request.AsRoot ? null : request.ParentId, MessageRole.User, request.Content, MessageStatus.Complete);
        var answer = conversations.AddMessage(thread, user.Id, MessageRole.Assistant, "", MessageStatus.Streaming);
        return new AcceptedTurn(user, answer, Replayed: false);
    }

    /// <summary>What earlier attempts stored, by their key.</summary>
    public Dictionary<string, AcceptedTurn> Sent { get; } = [];

    public Task<AcceptedTurn?> FindAsync(Caller caller, string idempotencyKey, CancellationToken cancellationToken) =>
        Task.FromResult(Sent.GetValueOrDefault(idempotencyKey));

    public Task<AcceptedTurn> RegenerateAsync(Caller caller, Guid messageId, RegenerateMessage request, CancellationToken cancellationToken)
    {
        if (Refusal is { } refusal) throw refusal;
        var old = conversations.Message(messageId);
        var answer = conversations.AddMessage(old.ThreadId, old.ParentId, MessageRole.Assistant, "", MessageStatus.Streaming);
        return Task.FromResult(new AcceptedTurn(conversations.Message(old.ParentId!.Value), answer, Replayed: false));
    }

    public Task StopAsync(Caller caller, Guid messageId, CancellationToken cancellationToken)
    {
        Stopped.Add(messageId);
        End(messageId, MessageStatus.Stopped);
        return Task.CompletedTask;
    }

    /// <summary>Writes text into the turn's log.</summary>
    public void Say(Guid messageId, string text) => LogOf(messageId).Add(new TurnDelta(text));

    /// <summary>Stores the answer and ends its log.</summary>
    public void End(Guid messageId, MessageStatus status = MessageStatus.Complete, MessageUsage? usage = null, Problem? error = null)
    {
        var log = LogOf(messageId);
        conversations.Replace(conversations.Message(messageId) with
        {
            Content = log.Text, Status = status, Usage = usage, Error = error, Duration = TimeSpan.FromSeconds(2.8), TurnId = time.NewId(),
        });
        if (error is null) log.Add(new TurnDone(messageId, status, "stop"));
        else log.Add(new TurnFailed(messageId, status, error.Code, error.Detail));
    }

    public async IAsyncEnumerable<TurnEvent> ReadAsync(Caller caller, Guid messageId, long afterSeq, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await foreach (var entry in LogOf(messageId).ReadAsync(afterSeq, cancellationToken)) yield return entry;
    }
}

internal sealed class FakeLog
{
    private readonly Lock _lock = new();
    private readonly List<TurnEvent> _events = [];
    private readonly List<Channel<TurnEvent>> _readers = [];

    public string Text
    {
        get
        {
            lock (_lock) return string.Concat(_events.Select(entry => entry.Data).OfType<TurnDelta>().Select(delta => delta.Text));
        }
    }

    public void Add(TurnEventData data)
    {
        lock (_lock)
        {
            var entry = new TurnEvent(_events.Count + 1, data);
            _events.Add(entry);
            foreach (var reader in _readers) reader.Writer.TryWrite(entry);
        }
    }

    public async IAsyncEnumerable<TurnEvent> ReadAsync(long afterSeq, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var channel = Channel.CreateUnbounded<TurnEvent>();
        lock (_lock)
        {
            foreach (var entry in _events.Where(entry => entry.Seq > afterSeq)) channel.Writer.TryWrite(entry);
            _readers.Add(channel);
        }

        await foreach (var entry in channel.Reader.ReadAllAsync(cancellationToken))
        {
            yield return entry;
            if (entry.Data.IsTerminal) yield break;
        }
    }
}
