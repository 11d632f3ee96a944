namespace Convo.Web.Components.Layout;

/// <summary>What the command palette may ask of the chat that is open.</summary>
internal sealed class ChatCommands
{
    public event Action<string>? ModelPicked;

    public void PickModel(string qualifiedId) => ModelPicked?.Invoke(qualifiedId);
}
