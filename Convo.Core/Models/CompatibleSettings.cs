namespace Convo.Core.Models;

/// <summary>What a server speaks.</summary>
public enum ProviderProtocol
{
    /// <summary>OpenAI's chat completions: nearly every compatible server.</summary>
    OpenAI,

    /// <summary>OpenAI's Responses.</summary>
    Responses,

    /// <summary>Anthropic's Messages.</summary>
    Anthropic,

    /// <summary>Gemini's own <c>streamGenerateContent</c>.</summary>
    Gemini,
}

/// <summary>A further server, <c>Convo:Providers:&lt;id&gt;:{Name, Protocol, BaseUrl, ApiKey, Models}</c>.</summary>
/// <param name="Id">Stable id of the provider: part of how its models are addressed.</param>
/// <param name="Name">What people read; null: the id.</param>
/// <param name="Models">Models named by settings alone; empty: those the server lists.</param>
public sealed record CompatibleSettings(
    string Id, string? Name, ProviderProtocol Protocol, string? BaseUrl, string? ApiKey, IReadOnlyList<string> Models)
{
    /// <summary>Records print their members; the key is not for printing.</summary>
    public override string ToString() => Id;
}
