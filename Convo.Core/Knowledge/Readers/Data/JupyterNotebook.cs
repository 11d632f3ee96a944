using System.Text.Json;

namespace Convo.Core.Knowledge;

/// <summary>A Jupyter notebook (nbformat 4): its texts, code and printed results, in order.</summary>
internal static class JupyterNotebook
{
    public static bool TryWrite(JsonElement root, DocumentBuilder output)
    {
        if (root.ValueKind != JsonValueKind.Object || !root.TryGetProperty("nbformat", out _)
            || !root.TryGetProperty("cells", out var cells) || cells.ValueKind != JsonValueKind.Array)
        {
            return false;
        }
        foreach (var cell in cells.EnumerateArray().Where(cell => cell.ValueKind == JsonValueKind.Object))
        {
            var source = Text(cell, "source");
            if (cell.TryGetProperty("cell_type", out var kind) && kind.ValueKind == JsonValueKind.String && kind.GetString() is "markdown" or "raw")
                MarkdownReader.Write(source, output);
            else
                output.Code(source, 1);
            foreach (var result in Results(cell))
                output.Code(result, 1);
        }
        return true;
    }

    private static IEnumerable<string> Results(JsonElement cell)
    {
        if (!cell.TryGetProperty("outputs", out var outputs) || outputs.ValueKind != JsonValueKind.Array)
            yield break;
        foreach (var result in outputs.EnumerateArray().Where(result => result.ValueKind == JsonValueKind.Object))
        {
            yield return Text(result, "text");
            if (result.TryGetProperty("data", out var data) && data.ValueKind == JsonValueKind.Object)
                yield return Text(data, "text/plain");
        }
    }

    private static string Text(JsonElement holder, string name) => !holder.TryGetProperty(name, out var value) ? "" : value.ValueKind switch
    {
        JsonValueKind.String => value.GetString() ?? "",
        JsonValueKind.Array => string.Concat(value.EnumerateArray().Where(line => line.ValueKind == JsonValueKind.String).Select(line => line.GetString())),
        _ => "",
    };
}
