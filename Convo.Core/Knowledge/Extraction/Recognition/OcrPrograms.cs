namespace Convo.Core.Knowledge;

/// <summary>Where the programs for text recognition are, if they are installed.</summary>
internal static class OcrPrograms
{
    public static string? Tesseract { get; } = Find("tesseract");

    public static string? Renderer { get; } = Find("pdftoppm");

    private static string? Find(string program) => (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator)
        .Where(Path.IsPathRooted).Select(folder => Path.Combine(folder, program)).FirstOrDefault(File.Exists);
}
