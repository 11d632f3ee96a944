using Convo.Core.Shared;
using Convo.Tests.Fakes;
using System.Collections.Concurrent;
using System.Globalization;
using System.Threading.Channels;

namespace Convo.Tests.Faults;

/// <summary>
/// What the provider says, by question. A question that nobody opened is answered at once; an opened one gets what the test says, word by
/// word, until it is finished. A question asked again gets an answer of its own.
/// </summary>
internal sealed class ScriptedAnswers
{
    private readonly ConcurrentDictionary<string, Channel<string>> _open = new(StringComparer.Ordinal);

    /// <summary>The next answer to <paramref name="question"/> is written by the test.</summary>
    public ChannelWriter<string> Open(string question)
    {
        var channel = Channel.CreateUnbounded<string>();
        _open[question] = channel;
        return channel.Writer;
    }

    /// <summary>Ends every answer that is still being written.</summary>
    public void FinishAll()
    {
        foreach (var question in _open.Keys)
        {
            if (_open.TryRemove(question, out var channel))
            {
                channel.Writer.TryComplete();
            }
        }
    }

    public StubReply ReplyTo(StubRequest request) => _open.TryRemove(request.LastUserText, out var channel)
        ? Streaming(channel)
        : Replies.Text($"You said: {request.LastUserText}");

    private StubReply Streaming(Channel<string> channel) => async (request, http) =>
    {
        // Kept findable, so that the end of a test ends it.
        var name = "running " + TimeProvider.System.NewId().ToString("N");
        _open[name] = channel;
        try
        {
            await Replies.From(channel.Reader)(request, http);
        }
        finally
        {
            _open.TryRemove(name, out _);
        }
    };

    /// <summary>Words that are told apart: number <paramref name="i"/> of an answer.</summary>
    public static string Word(int i) => string.Create(CultureInfo.InvariantCulture, $"w{i} ");
}
