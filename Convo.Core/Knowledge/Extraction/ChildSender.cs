using System.Text.Json;

namespace Convo.Core.Knowledge;

/// <summary>Writes the child's answer, a line a message.</summary>
internal sealed class ChildSender(Stream output)
{
    // A reader that gets on slowly still shows that it does.
    private static readonly TimeSpan Sign = TimeSpan.FromSeconds(2);

    private int _lastTenth;
    private long _lastSent = TimeProvider.System.GetTimestamp();

    public void Progress(ExtractionProgress progress)
    {
        // A line per page of a long document is noise; a tenth of it is news.
        var tenth = progress.Pages == 0 ? 0 : (int)(10L * progress.PagesDone / progress.Pages);
        if (tenth <= _lastTenth && TimeProvider.System.GetElapsedTime(_lastSent) < Sign)
            return;
        _lastTenth = Math.Max(tenth, _lastTenth);
        _lastSent = TimeProvider.System.GetTimestamp();
        Send(new ChildMessage(ChildMessageKind.Progress, Page: progress.PagesDone, Number: progress.Pages));
        output.Flush();
    }

    public void Document(ExtractedDocument document)
    {
        foreach (var block in document.Blocks)
            Block(block);
        Textless(document.TextlessPages);
        Send(new ChildMessage(ChildMessageKind.End, Text: document.Title, Number: document.Pages, Code: document.MediaType));
        output.Flush();
    }

    public void Block(Block block) => Send(new ChildMessage(ChildMessageKind.Block, block.Kind, block.Text, block.Page, block.Level));

    public void Flush() => output.Flush();

    public void Error(ExtractionException failure)
    {
        Textless(failure.TextlessPages);
        Error(failure.Code, failure.Reason);
    }

    public void Error(string code, string reason)
    {
        Send(new ChildMessage(ChildMessageKind.Error, Text: reason, Code: code));
        output.Flush();
    }

    private void Textless(IReadOnlyList<int> pages)
    {
        foreach (var page in pages)
            Send(new ChildMessage(ChildMessageKind.Textless, Page: page));
    }

    private void Send(ChildMessage message)
    {
        JsonSerializer.Serialize(output, message, ChildJson.Default.ChildMessage);
        output.WriteByte((byte)'\n');
    }
}
