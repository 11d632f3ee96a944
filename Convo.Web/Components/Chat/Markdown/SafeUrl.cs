namespace Convo.Web.Components.Chat.Markdown;

/// <summary>
/// Which addresses of model-written markdown may become live. Markdig checks no scheme, and an image is fetched without a click:
/// an injected instruction could carry a secret out in its query string.
/// </summary>
internal static class SafeUrl
{
    private static readonly string[] LinkSchemes = [Uri.UriSchemeHttp, Uri.UriSchemeHttps, Uri.UriSchemeMailto];

    /// <summary>The address when it is absolute http, https or mailto; otherwise null.</summary>
    public static string? ForLink(string? url)
    {
        if (string.IsNullOrEmpty(url) || url.Any(char.IsControl)) return null;
        return Uri.TryCreate(url, UriKind.Absolute, out var uri) && LinkSchemes.Contains(uri.Scheme) ? uri.AbsoluteUri : null;
    }

    /// <summary>The address when it is a path on this site; otherwise null. <c>//host</c> and <c>/\host</c> leave the site.</summary>
    public static string? ForImage(string? url) =>
        url is ['/', not '/' and not '\\', ..] && !url.Any(char.IsControl) && !url.Contains('\\', StringComparison.Ordinal) ? url : null;
}
