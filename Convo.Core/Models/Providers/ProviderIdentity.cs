namespace Convo.Core.Models.Providers;

/// <summary>What failure messages say of a provider, and what they must not say.</summary>
/// <param name="Id">Stable id, such as <c>openai</c>.</param>
/// <param name="Name">What people read.</param>
/// <param name="KeySetting">The setting an administrator corrects when the key is refused; null when there is no key.</param>
/// <param name="UrlSetting">The setting of its address.</param>
/// <param name="Secrets">Values that are cut out of everything the provider says.</param>
internal sealed record ProviderIdentity(string Id, string Name, string? KeySetting, string UrlSetting, IReadOnlyList<string> Secrets)
{
    /// <summary>Records print their members; the secrets are not for printing.</summary>
    public override string ToString() => Id;
}
