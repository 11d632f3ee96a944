namespace Convo.Web.Components.Chat;

internal static class FileIcon
{
    public static string Of(string filename) => Path.GetExtension(filename).ToUpperInvariant() switch
    {
        ".XLSX" or ".XLS" or ".CSV" or ".ODS" => "file-spreadsheet",
        ".PPTX" or ".PPT" or ".ODP" => "presentation",
        ".PNG" or ".JPG" or ".JPEG" or ".GIF" or ".WEBP" => "file-image",
        ".HTML" or ".HTM" or ".XML" or ".JSON" => "file-code",
        _ => "file-text",
    };
}
