using System.Text.Json;

namespace Convo.Core.Knowledge;

/// <summary>
/// JSON, JSON Lines and notebooks. A list of records becomes a table, everything else lines of "path: value" below headings of the
/// outer keys: what a person asks for is a name and its value, not brackets.
/// </summary>
internal sealed class JsonReader : IDocumentReader
{
    private static readonly JsonDocumentOptions Options = new() { AllowTrailingCommas = true, CommentHandling = JsonCommentHandling.Skip, MaxDepth = 128 };

    public bool CanRead(DetectedType type) => type == FileTypes.Json;

    public void Read(ReaderInput input, DocumentBuilder output)
    {
        var text = TextDecoder.Decode(input.Bytes.Span);
        var writer = new JsonBlocks(output);
        if (Parse(text) is { } whole)
        {
            using (whole)
            {
                if (!JupyterNotebook.TryWrite(whole.RootElement, output))
                    writer.Write(whole.RootElement);
            }
            return;
        }
        if (TryLines(text, writer))
            return;
        // Not JSON after all, or cut off: its text still counts.
        output.Code(text, 1);
    }

    private static bool TryLines(string text, JsonBlocks writer)
    {
        var documents = new List<JsonDocument>();
        try
        {
            foreach (var line in text.Split('\n', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
            {
                if (Parse(line) is not { } document)
                    return false;
                documents.Add(document);
            }
            writer.WriteRecords([.. documents.Select(document => document.RootElement)]);
            return documents.Count > 0;
        }
        finally
        {
            documents.ForEach(document => document.Dispose());
        }
    }

    private static JsonDocument? Parse(string text)
    {
        try
        {
            return JsonDocument.Parse(text, Options);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
