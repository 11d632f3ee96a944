using System.Text.Json;

namespace Convo.Core.Knowledge;

/// <summary>Collects what the child says. The child read a hostile file, so nothing it says is taken on trust.</summary>
internal sealed class ChildAnswer(ExtractionOptions limits, IProgress<ExtractionProgress> progress)
{
    private readonly List<Block> _blocks = [];
    private readonly List<int> _textless = [];
    private long _characters;

    /// <summary>Set once the child has said everything.</summary>
    public ExtractedDocument? Result { get; private set; }

    /// <summary>Whether the answer was the last that came: a process that talks on is not trusted with another file.</summary>
    public bool SaidNoMore { get; private set; }

    /// <summary>What it said so far, should it never come to an end.</summary>
    public IReadOnlyList<Block> Blocks => _blocks;

    /// <exception cref="ExtractionException">The child refused the file, or said more than it may.</exception>
    public async Task ReadAsync(Stream stdout, CancellationToken ct)
    {
        var reader = new CappedLineReader(stdout, maxBytes: 64L * 1024 + 8L * limits.MaxCharacters);
        while (Result is null && await reader.ReadAsync(ct).ConfigureAwait(false) is { } line)
        {
            try
            {
                Take(JsonSerializer.Deserialize(line.Span, ChildJson.Default.ChildMessage));
            }
            catch (JsonException)
            {
                // A line cut short by its death, or a runtime's last words: the exit code tells.
                return;
            }
        }
        SaidNoMore = Result is not null && reader.IsEmpty;
    }

    private void Take(ChildMessage? message)
    {
        switch (message)
        {
            case { Kind: ChildMessageKind.Progress }:
                if (message.Number > 0)
                    progress.Report(new ExtractionProgress(message.Page, message.Number));
                break;
            case { Kind: ChildMessageKind.Block, Text: { } text }:
                _characters += text.Length;
                if (_characters > limits.MaxCharacters || !Enum.IsDefined(message.Block) || message.Page < Math.Max(1, LastPage))
                    throw new ExtractionException(ExtractionCodes.Damaged, ExtractionReasons.Damaged);
                _blocks.Add(new Block(message.Block, text, message.Page, message.Number));
                break;
            case { Kind: ChildMessageKind.End, Code: { } mediaType } when _blocks.Count > 0:
                Result = new ExtractedDocument(mediaType, message.Text, Math.Max(message.Number, LastPage), _blocks) { TextlessPages = _textless };
                break;
            case { Kind: ChildMessageKind.Error, Code: { } code, Text: { } reason }:
                throw new ExtractionException(code, reason) { TextlessPages = _textless };
            case { Kind: ChildMessageKind.Textless } when _textless.Count < limits.MaxPages && message.Page > (_textless.Count == 0 ? 0 : _textless[^1]):
                _textless.Add(message.Page);
                break;
            default:
                throw new JsonException("The extraction process sent a line of an unknown kind.");
        }
    }

    private int LastPage => _blocks.Count == 0 ? 0 : _blocks[^1].Page;
}
