using System.Text;

namespace Convo.Web.Components.Chat.Markdown;

/// <summary>
/// The blocks of an answer that is still arriving. Every top-level block but the last is final and never parsed again; only the tail is.
/// </summary>
internal sealed class StreamingMarkdown(MarkdownService markdown)
{
    private readonly StringBuilder _text = new();
    private readonly List<string> _blocks = [];
    private IReadOnlySet<int>? _citations;
    private int _tailStart;

    public int Length => _text.Length;

    public override string ToString() => _text.ToString();

    public void Append(string delta) => _text.Append(delta);

    /// <summary>Numbers that become chips from here on; blocks that are final already keep what they have until the whole parse.</summary>
    public void SetCitations(IReadOnlySet<int> citations) => _citations = citations;

    public IReadOnlyList<string> Snapshot()
    {
        var tail = _text.ToString(_tailStart, _text.Length - _tailStart);
        if (markdown.Parse(tail) is not { } document) return [.. _blocks, MarkdownService.PlainText(tail)];

        // A later line can still change the last block (a list goes on, a paragraph becomes a table), never one before it.
        foreach (var block in document.SkipLast(1))
        {
            _blocks.Add(markdown.Render(block, tail, _citations));
        }

        if (document.Count == 0) return [.. _blocks];
        var start = document.Count > 1 ? document[^1].Span.Start : 0;
        _tailStart += start;
        return [.. _blocks, .. markdown.ToBlocks(OpenMarkdown.Close(tail[start..]), _citations)];
    }

    /// <summary>One parse of everything, because a definition at the end can reach back to the first line.</summary>
    public IReadOnlyList<string> Complete(IReadOnlySet<int>? citations) => markdown.ToBlocks(ToString(), citations ?? _citations);
}
