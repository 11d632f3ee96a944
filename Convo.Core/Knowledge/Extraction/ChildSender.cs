using System.Text.Json;

namespace Convo.Core.Knowledge;

/// <summary>Writes the child's answer, a line a message.</summary>
internal sealed class ChildSender(Stream output)
{
    private int _lastTenth;

    public void Progress(ExtractionProgress progress)
    {
        // A line per page of a long document is noise; a tenth of it is news.
        var tenth = progress.Pages == 0 ? 0 : (int)(10L * progress.PagesDone / progress.Pages);
        if (tenth <= _lastTenth)
            return;
        _lastTenth = tenth;
        Send(new ChildMessage(ChildMessageKind.Progress, Page: progress.PagesDone, Number: progress.Pages));
        output.Flush();
    }

    public void Document(ExtractedDocument document)
    {
        foreach (var block in document.Blocks)
            Send(new ChildMessage(ChildMessageKind.Block, block.Kind, block.Text, block.Page, block.Level));
        Send(new ChildMessage(ChildMessageKind.End, Text: document.Title, Number: document.Pages, Code: document.MediaType));
        output.Flush();
    }

    public void Error(string code, string reason)
    {
        Send(new ChildMessage(ChildMessageKind.Error, Text: reason, Code: code));
        output.Flush();
    }

    private void Send(ChildMessage message)
    {
        JsonSerializer.Serialize(output, message, ChildJson.Default.ChildMessage);
        output.WriteByte((byte)'\n');
    }
}
