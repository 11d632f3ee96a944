namespace Convo.Web.Components.Chat;

/// <summary>What the browser checks before it sends a file, to save the wait. The server decides.</summary>
internal static class UploadRules
{
    /// <summary>For the file dialog: what the readers understand.</summary>
    public const string Accept = ".pdf,.docx,.txt,.md,.markdown,.html,.htm,.csv,.log,.json";

    /// <summary>Configuration key and default of the largest upload, in bytes.</summary>
    public const string MaxBytesKey = "Convo:Knowledge:MaxUploadBytes";

    public const long DefaultMaxBytes = 100L * 1024 * 1024;
}
