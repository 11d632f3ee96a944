using Microsoft.AspNetCore.Components;

namespace Convo.Web.Components.Shared;

/// <summary>What a person did in a part that JavaScript owns; see wwwroot/Convo.Web.lib.module.js.</summary>
/// <param name="Action">Which command, such as <c>rename</c>.</param>
/// <param name="Key">What it is about: the id of a thread, a message, a file.</param>
/// <param name="Text">What was typed, when something was.</param>
public sealed class ConvoActionEventArgs : EventArgs
{
    public string Action { get; init; } = "";
    public string? Key { get; init; }
    public string? Text { get; init; }

    /// <summary>The key as an id; an id that is none is nobody's, so it finds nothing.</summary>
    public Guid Id => Guid.TryParse(Key, out var id) ? id : Guid.Empty;
}

/// <summary>Blazor finds events of its own by a public class of this name.</summary>
[EventHandler("onconvoaction", typeof(ConvoActionEventArgs), enableStopPropagation: true, enablePreventDefault: true)]
public static class EventHandlers;
