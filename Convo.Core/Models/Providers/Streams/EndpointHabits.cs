namespace Convo.Core.Models.Providers.Streams;

/// <summary>What is known of an address from earlier answers.</summary>
internal sealed class EndpointHabits(bool sendsDone)
{
    private volatile bool _sendsDone = sendsDone;

    /// <summary>Whether its streams end with <c>[DONE]</c>: known of OpenAI itself, learnt of every other server from its first whole answer.</summary>
    public bool SendsDone
    {
        get => _sendsDone;
        set => _sendsDone = value;
    }
}
